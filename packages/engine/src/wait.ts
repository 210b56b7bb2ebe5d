/** Reason why a ready job does not start, other than the lack of a free runner. */
export interface Wait {
  readonly reason: 'organization_limit' | 'pipeline_limit' | 'concurrency_group'
  /**
   * Name of the group as written in the pipeline; null for a limit of the organization or pipeline.
   */
  readonly group: string | null
  readonly limit: number
  /** Number of jobs, or builds for a build's group, that count against the limit. */
  readonly running: number
  /** Number of waiting jobs or builds ahead. */
  readonly ahead: number
  /** Some of the running jobs or builds, oldest first. `jobId` is null for a build. */
  readonly holders: readonly { readonly jobId: string | null; readonly buildId: string }[]
}
