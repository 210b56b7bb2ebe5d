/** When a pipeline is built by itself (`ir.md` 1.7), as read from its code. A list that is empty never matches; null: not given. */
export type Trigger = PushTrigger | PullRequestTrigger | ScheduleTrigger

interface PathFilters {
  /** Globs over the changed files, of which one must be meant. */
  readonly paths: readonly string[] | null
  /** Globs over the changed files, of which one must not be meant. */
  readonly pathsIgnore: readonly string[] | null
}

export interface PushTrigger extends PathFilters {
  readonly event: 'push'
  readonly on: 'branches' | 'tags'
  readonly refs: readonly string[]
}

export const pullRequestTypes = ['opened', 'synchronize', 'reopened', 'closed', 'ready_for_review'] as const
export type PullRequestType = (typeof pullRequestTypes)[number]

export interface PullRequestTrigger extends PathFilters {
  readonly event: 'pull_request'
  /** Of the target. */
  readonly branches: readonly string[] | null
  readonly types: readonly PullRequestType[]
}

export interface ScheduleTrigger {
  readonly event: 'schedule'
  readonly cron: string
  readonly timezone: string
  /** null: the default branch. */
  readonly branch: string | null
}

/** What happened, as far as triggers ask. */
export type Happening = {
  /** Paths of the changed files; null when nobody knows them all. */
  readonly changed: readonly string[] | null
} & (
  | { readonly event: 'push'; readonly on: 'branches' | 'tags'; readonly ref: string }
  | { readonly event: 'pull_request'; readonly type: PullRequestType; readonly base: string }
)
