/** Why a ready job does not start, other than for want of a free runner. */
export interface Wait {
  readonly reason: 'organization_limit' | 'pipeline_limit' | 'concurrency_group'
  /**
   * Name of the group as the pipeline spells it; null for a limit of the organization or pipeline.
   */
  readonly group: string | null
  readonly limit: number
  /** Number of jobs, or builds for a build's group, that count against the limit now. */
  readonly running: number
  /** Number of waiters ahead of it. */
  readonly ahead: number
  /** Some of those that count, oldest first. `jobId` is null for a build. */
  readonly holders: readonly { readonly jobId: string | null; readonly buildId: string }[]
}
