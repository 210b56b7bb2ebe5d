/** A trigger of a pipeline (`ir.md` 1.7). An empty list never matches; null if not given. */
export type Trigger = PushTrigger | PullRequestTrigger | ScheduleTrigger

interface PathFilters {
  /** Globs of files; one of the changed files must match. */
  readonly paths: readonly string[] | null
  /** Globs of files; one of the changed files must not match. */
  readonly pathsIgnore: readonly string[] | null
}

interface PushTrigger extends PathFilters {
  readonly event: 'push'
  readonly on: 'branches' | 'tags'
  readonly refs: readonly string[]
}

export const pullRequestTypes = ['opened', 'synchronize', 'reopened', 'closed', 'ready_for_review'] as const
type PullRequestType = (typeof pullRequestTypes)[number]

interface PullRequestTrigger extends PathFilters {
  readonly event: 'pull_request'
  /** Globs of target branches. */
  readonly branches: readonly string[] | null
  readonly types: readonly PullRequestType[]
}

export interface ScheduleTrigger {
  readonly event: 'schedule'
  readonly cron: string
  readonly timezone: string
  /** null for the default branch. */
  readonly branch: string | null
}

/** The facts of an event, for comparison with triggers. */
export type TriggerFacts = {
  /** Paths of the changed files; null if the list is unknown or incomplete. */
  readonly changed: readonly string[] | null
} & (
  | { readonly event: 'push'; readonly on: 'branches' | 'tags'; readonly ref: string }
  | { readonly event: 'pull_request'; readonly type: PullRequestType; readonly base: string }
)

/** Returns a trigger in the form that `parseTriggers` reads. */
export function triggerJson(trigger: Trigger): Readonly<Record<string, unknown>> {
  if (trigger.event === 'schedule') return { ...trigger }
  const { event, paths, pathsIgnore } = trigger
  const filters = { ...(paths && { paths }), ...(pathsIgnore && { paths_ignore: pathsIgnore }) }
  if (event === 'push') return { event, [trigger.on]: trigger.refs, ...filters }
  return { event, types: trigger.types, ...(trigger.branches && { branches: trigger.branches }), ...filters }
}
