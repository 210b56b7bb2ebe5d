import { allJobs, type BuildView, hasFailed, instantOf, isActive, isHardFailure, type JobView } from './job-state.ts'

/**
 * Chooses the step to show until a person selects one (web B2). The order is: the earliest hard
 * failure; if nothing runs, the earliest allowed failure; the longest running; the last to end; the
 * first in the queue. Returns null if the build has no jobs.
 */
export function chooseJob(view: Pick<BuildView, 'render' | 'jobs'>): JobView | null {
  const jobs = allJobs(view)
  const running = jobs.filter(isActive)
  return (
    earliest(jobs.filter(isHardFailure), finished) ??
    (running.length === 0 ? earliest(jobs.filter(hasFailed), finished) : null) ??
    earliest(running, started) ??
    latest(jobs.filter(({ state, finished_at }) => state !== 'skipped' && instantOf(finished_at) !== null)) ??
    jobs.find(({ state }) => state === 'scheduled') ??
    jobs.find(({ state }) => state === 'pending') ??
    jobs[0] ??
    null
  )
}

/**
 * Returns failures in the order that the key `f` visits them: hard ones by time, then allowed ones.
 */
export function failuresOf(view: Pick<BuildView, 'render' | 'jobs'>): readonly JobView[] {
  const failed = allJobs(view).filter(hasFailed)
  const inTime = (jobs: readonly JobView[]) => jobs.toSorted((a, b) => (finished(a) ?? 0) - (finished(b) ?? 0))
  return [...inTime(failed.filter(isHardFailure)), ...inTime(failed.filter(({ soft_failed }) => soft_failed))]
}

/** Returns the next or previous failure, and wraps around. Null: nothing failed. */
export function nextFailure(failures: readonly JobView[], from: string | null, step: 1 | -1): JobView | null {
  const index = failures.findIndex(({ id }) => id === from)
  if (index === -1) return (step === 1 ? failures[0] : failures.at(-1)) ?? null
  return failures[(index + step + failures.length) % failures.length] ?? null
}

function finished({ finished_at }: JobView): number | null {
  return instantOf(finished_at)
}

function started({ started_at, assigned_at }: JobView): number | null {
  return instantOf(started_at) ?? instantOf(assigned_at)
}

/** Returns the job with the earliest time. Unknown times come last; the first job wins a tie. */
function earliest(jobs: readonly JobView[], at: (job: JobView) => number | null): JobView | null {
  return jobs.reduce<JobView | null>((best, job) => {
    if (best === null) return job
    return (at(job) ?? Number.POSITIVE_INFINITY) < (at(best) ?? Number.POSITIVE_INFINITY) ? job : best
  }, null)
}

function latest(jobs: readonly JobView[]): JobView | null {
  return jobs.reduce<JobView | null>((best, job) => {
    return best === null || (finished(job) ?? 0) >= (finished(best) ?? 0) ? job : best
  }, null)
}

/** Finds the newest attempt of a step, by key or by the id of any attempt. */
export function findJob(view: Pick<BuildView, 'render' | 'jobs'>, address: string): JobView | null {
  const jobs = allJobs(view)
  return (
    jobs.find(({ step_key }) => step_key === address) ??
    jobs.find(({ id, attempts }) => id === address || attempts.some(({ job_id }) => job_id === address)) ??
    null
  )
}
