/** The interface that GitHub and Bitbucket implement. */
import type { ErrorCode } from '@harmont/contract'
import type { ReportedFailure } from '@harmont/logs'
import type { ForgeEvent, PullRequestEvent } from './events.ts'

/** The name of a forge in paths, rows and events. */
export type ForgeName = 'github' | 'bitbucket'

/** The address of a repository at its forge. */
export interface RepositoryAddress {
  readonly externalId: string
  readonly fullName: string
  readonly cloneUrl: string
  /** The forge's id of the installation or workspace that gives access. */
  readonly installation: string
}

export interface CloneAccess {
  readonly url: string
  /**
   * The value of an Authorization header, valid for at least ten minutes; null if none is needed.
   */
  readonly authorization: string | null
}

/** The headers of a delivery. */
export interface DeliveryHead {
  readonly id: string
  readonly event: string
  readonly signature: string
  /** The id of the webhook, if each signs with its own secret; otherwise empty. */
  readonly hook: string
}

/**
 * A service that hosts repositories. Each call may fail with `ForgeUnavailable` (a retry may help)
 * or `ForgeRefused` (it will not). The queue retries, not the call. Each request times out after
 * HARMONT_OUTSIDE_TIMEOUT_SECONDS.
 */
export interface Forge {
  readonly name: ForgeName
  /** The display name. */
  readonly title: string
  /** The error code of a request whose call to the forge failed. */
  readonly failed: ErrorCode
  /** The error code of a forge that the operator has not set up; null if it is set up. */
  readonly notConfigured: ErrorCode | null
  readonly webhooks: ForgeWebhooks
  cloneAccess(repository: RepositoryAddress): Promise<CloneAccess>
  /**
   * Returns access to a commit in a fork, for forges whose base repository does not have it.
   * `hidden`: the account that connected the repository may not read the fork. `gone`: the fork or
   * the commit no longer exists.
   */
  forkAccess?(repository: RepositoryAddress, fork: string, commit: string): Promise<CloneAccess | 'hidden' | 'gone'>
  /** Returns the newest commit of a branch; null if the branch does not exist. */
  branchHead(repository: RepositoryAddress, branch: string): Promise<string | null>
  /**
   * Lists the paths that differ, with both names of renamed files; null if the list is incomplete.
   */
  changedByPush(repository: RepositoryAddress, before: string, after: string): Promise<readonly string[] | null>
  /** Lists the paths that a pull request changes, in the same way. */
  changedByPullRequest(repository: RepositoryAddress, number: number): Promise<readonly string[] | null>
  /** Returns the full id of a pull request's head commit: events of some forges abbreviate it. */
  fullCommit(repository: RepositoryAddress, head: PullRequestEvent['head']): Promise<string>
  /** Creates or updates a check, identified by `externalId` and commit. Returns the forge's id. */
  setCheck(repository: RepositoryAddress, check: Check): Promise<string>
}

export interface ForgeWebhooks {
  /** Reads the headers of a delivery. Throws 400 `webhook_header_missing`. */
  head(header: (name: string) => string | null): DeliveryHead
  /** Returns whether the forge signed these bytes. Compares in constant time. */
  isSigned(body: Buffer, head: DeliveryHead): Promise<boolean>
  /** Returns the events of a delivery that concern us, in order. Throws `EventUnreadable`. */
  parse(event: string, body: Buffer): readonly ForgeEvent[]
}

/** All forges by name, including those that are not set up. */
export type Forges = ReadonlyMap<string, Forge>

export type CheckConclusion =
  | 'success'
  | 'failure'
  | 'cancelled'
  | 'neutral'
  | 'skipped'
  | 'timed_out'
  | 'action_required'

/** A button of a check. Pressing it sends a `check_action` event. */
export interface CheckAction {
  /** At most 20 characters. */
  readonly label: string
  /** At most 40 characters. */
  readonly description: string
  /** At most 20 characters. */
  readonly identifier: string
}

export interface Check {
  /** The forge's id of the check; null if it does not exist yet. */
  readonly checkId: string | null
  readonly name: string
  readonly commit: string
  /** Full name of the commit's fork; null if it is not from a fork, or the fork was deleted. */
  readonly fork: string | null
  /** Our id, which events contain. It identifies a check whose `checkId` was never received. */
  readonly externalId: string
  readonly detailsUrl: string
  readonly state:
    | { readonly status: 'queued' }
    | { readonly status: 'in_progress'; readonly startedAt: Date }
    | {
        readonly status: 'completed'
        readonly conclusion: CheckConclusion
        readonly startedAt: Date | null
        readonly completedAt: Date
      }
  readonly output: {
    readonly title: string
    readonly summary: string
    readonly text: string | null
    /** The annotations of the steps, in Markdown without HTML and images. */
    readonly annotations?: string
  }
  /** At most three. */
  readonly actions: readonly CheckAction[]
  /** Failed tests of the first failed job's reports, whose files are paths of the repository. */
  readonly failedTests: readonly ReportedFailure[]
}
