/** Why a job that is ready does not start, when that is not for want of a free runner. */
export interface Wait {
  readonly reason: 'organization_limit' | 'pipeline_limit' | 'concurrency_group'
  /** The group's name as the pipeline spells it; null for a limit of the organization or pipeline. */
  readonly group: string | null
  readonly limit: number
  /** How many count against the limit now: jobs, or builds for the group of a whole build. */
  readonly running: number
  /** How many wait for the same and come before it. */
  readonly ahead: number
  /** Some of those that count, oldest first. `jobId` is null for a build. */
  readonly holders: readonly { readonly jobId: string | null; readonly buildId: string }[]
}
