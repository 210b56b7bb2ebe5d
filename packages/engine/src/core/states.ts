import type { BuildState, Job, JobState, NamedLease } from './model.ts'

/** Returns whether a job in this state has ended. Only a retry changes such a state. */
export function isTerminal(state: JobState): boolean {
  return (
    state === 'passed' || state === 'failed' || state === 'skipped' || state === 'canceled' || state === 'timed_out'
  )
}

/** Returns whether a build in this state has ended. */
export function isBuildTerminal(state: BuildState): boolean {
  return state === 'passed' || state === 'failed' || state === 'canceled'
}

/** Returns whether a runner may have processes of a job in this state. */
export function isHeld(state: JobState): boolean {
  return state === 'assigned' || state === 'running' || state === 'canceling' || state === 'timing_out'
}

/**
 * Returns whether this is the newest lease of the job. Ignores the lease id if one side does not
 * know it.
 */
export function isNewestLease({ fence, leaseId }: Pick<Job, 'fence' | 'leaseId'>, named: NamedLease): boolean {
  return fence === named.fence && (leaseId === null || leaseId === (named.leaseId ?? leaseId))
}

/** Returns whether this end of a job fails its build. */
export function isHardFailure(job: Job): boolean {
  return (job.state === 'failed' || job.state === 'timed_out') && !job.softFailed
}

/** Returns whether the job, or an earlier attempt or lease of it, did more than wait. */
export function hasBegun(job: Job): boolean {
  if (job.attempt > 1 || job.fence > 0) return true
  return job.state !== 'pending' && job.state !== 'scheduled' && job.state !== 'skipped'
}
