import type { ErrorCode } from '@harmont/contract'
import type { Check } from './check.ts'
import type { ForgeEvent, ForgeRepository } from './event.ts'

/** The name of a forge in paths, rows and events. */
export type ForgeName = 'github' | 'bitbucket'

/** A repository that we mirror, with what its forge needs to find it. */
export interface RepositoryAddress {
  readonly externalId: string
  readonly fullName: string
  readonly cloneUrl: string
  /** The forge's own number or name of the installation that gives access. */
  readonly installation: string
}

export interface CloneAccess {
  readonly url: string
  /** Value of an Authorization header, good for ten minutes at least; null for none. */
  readonly authorization: string | null
}

/** What names a delivery, from its headers. */
export interface DeliveryHead {
  readonly id: string
  readonly event: string
  readonly signature: string
}

/**
 * What a forge can do for us. Every call may fail with `ForgeUnavailable` (later may help) or `ForgeRefused` (it will not); none is tried again within,
 * because the queue does that. Each ends after ten seconds.
 */
export interface ForgeProvider {
  readonly name: ForgeName
  /** The code to answer with while the operator has not set it up; null: it is set up. */
  readonly notConfigured: ErrorCode | null
  readonly webhooks: ForgeWebhooks
  /** Every repository that the installation shows. */
  listRepositories(installation: string): Promise<readonly ForgeRepository[]>
  cloneAccess(repository: RepositoryAddress): Promise<CloneAccess>
  /** The commit at the head of a branch; null when there is no such branch. */
  branchHead(repository: RepositoryAddress, branch: string): Promise<string | null>
  /** Paths that differ between two commits, both names of a renamed one; null when the forge does not tell them all. */
  changedByPush(repository: RepositoryAddress, before: string, after: string): Promise<readonly string[] | null>
  /** Paths that a pull request changes, both names of a renamed one; null when the forge does not tell them all. */
  changedByPullRequest(repository: RepositoryAddress, number: number): Promise<readonly string[] | null>
  /** Makes or updates a check; gives the forge's id for it. Made twice with one `externalId` and commit it is one check. */
  setCheck(repository: RepositoryAddress, check: Check): Promise<string>
}

export interface ForgeWebhooks {
  /** The head of a delivery. Throws 400 `webhook_header_missing`. */
  head(header: (name: string) => string | null): DeliveryHead
  /** Whether the forge signed these bytes; compares in constant time. */
  isSigned(body: Buffer, signature: string): boolean
  /** What the delivery tells; null when it is nothing that concerns us. Throws `EventUnreadable`. */
  parse(event: string, body: Buffer): ForgeEvent | null
}
