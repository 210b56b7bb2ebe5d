import type { ErrorCode } from '@harmont/contract'
import type { Check } from './check.ts'
import type { ForgeEvent, ForgeRepository, PullRequestEvent } from './events.ts'

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
  /** Names the webhook that sent it, where each signs with a secret of its own; else empty. */
  readonly hook: string
}

/**
 * What a forge can do for us. Every call may fail with `ForgeUnavailable` (later may help) or `ForgeRefused` (it will not); none is tried again within,
 * because the queue does that. Each request that it makes ends in the time that HARMONT_OUTSIDE_TIMEOUT_SECONDS gives.
 */
export interface ForgeProvider {
  readonly name: ForgeName
  /** As people write it. */
  readonly title: string
  /** The code to answer with when a call that a request waits for has failed. */
  readonly failed: ErrorCode
  /** The code to answer with while the operator has not set it up; null: it is set up. */
  readonly notConfigured: ErrorCode | null
  readonly webhooks: ForgeWebhooks
  /** Every repository that the installation shows. */
  listRepositories(installation: string): Promise<readonly ForgeRepository[]>
  cloneAccess(repository: RepositoryAddress): Promise<CloneAccess>
  /**
   * How a commit is fetched from a fork of the repository, by its full name: of a forge that has it nowhere else. `hidden`: what gives access to the
   * repository may not read the fork. `gone`: the fork or the commit is.
   */
  forkAccess?(repository: RepositoryAddress, fork: string, commit: string): Promise<CloneAccess | 'hidden' | 'gone'>
  /** The commit at the head of a branch; null when there is no such branch. */
  branchHead(repository: RepositoryAddress, branch: string): Promise<string | null>
  /** Paths that differ between two commits, both names of a renamed one; null when the forge does not tell them all. */
  changedByPush(repository: RepositoryAddress, before: string, after: string): Promise<readonly string[] | null>
  /** Paths that a pull request changes, both names of a renamed one; null when the forge does not tell them all. */
  changedByPullRequest(repository: RepositoryAddress, number: number): Promise<readonly string[] | null>
  /** The whole id of a pull request's head commit, of which events of some forges have the first digits only. */
  fullCommit(repository: RepositoryAddress, head: PullRequestEvent['head']): Promise<string>
  /** Makes or updates a check; gives the forge's id for it. Made twice with one `externalId` and commit it is one check. */
  setCheck(repository: RepositoryAddress, check: Check): Promise<string>
}

export interface ForgeWebhooks {
  /** The head of a delivery. Throws 400 `webhook_header_missing`. */
  head(header: (name: string) => string | null): DeliveryHead
  /** Whether the forge signed these bytes; compares in constant time. */
  isSigned(body: Buffer, head: DeliveryHead): Promise<boolean>
  /** What the delivery tells, in order; nothing where that does not concern us. Throws `EventUnreadable`. */
  parse(event: string, body: Buffer): readonly ForgeEvent[]
}
