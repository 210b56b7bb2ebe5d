import type { Schema } from '../../api/schemas.ts'

export type BuildView = Schema<'BuildView'>
export type JobView = Schema<'JobView'>

type Stated = Pick<JobView, 'state' | 'soft_failed'>

const ended = new Set(['passed', 'failed', 'skipped', 'canceled', 'timed_out'])
const endedBuilds = new Set(['passed', 'failed', 'canceled'])
const active = new Set(['assigned', 'running', 'canceling', 'timing_out'])

/** Whether the job's state is final. */
export function isEnded({ state }: Pick<JobView, 'state'>): boolean {
  return ended.has(state)
}

/** Whether the build's state is final. A retry can reopen it. */
export function isBuildEnded({ state }: { readonly state: string }): boolean {
  return endedBuilds.has(state)
}

/** Whether a runner has the job. */
export function isActive({ state }: Pick<JobView, 'state'>): boolean {
  return active.has(state)
}

/** Whether the job waits for its turn. */
export function isWaiting({ state }: Pick<JobView, 'state'>): boolean {
  return state === 'pending' || state === 'scheduled'
}

/** Whether the job failed, allowed or not. */
export function hasFailed({ state }: Pick<JobView, 'state'>): boolean {
  return state === 'failed' || state === 'timed_out'
}

/** Whether the job's failure makes the build fail. */
export function isHardFailure(job: Stated): boolean {
  return hasFailed(job) && !job.soft_failed
}

/** Returns the rendering job and then the steps, in the order of the graph (web B14). */
export function allJobs({ render, jobs }: Pick<BuildView, 'render' | 'jobs'>): readonly JobView[] {
  return render === null ? jobs : [render, ...jobs]
}

/** Returns the step's name, else its key. */
export function nameOf({ name, step_key, id }: Pick<JobView, 'name' | 'step_key' | 'id'>): string {
  return name || step_key || id
}

/** Returns the step as the address names it (web.md 6): by key, else by id. */
export function addressOf({ step_key, id }: Pick<JobView, 'step_key' | 'id'>): string {
  return step_key || id
}

/** Returns the instant in Unix milliseconds; null if it is missing or invalid. */
export function instantOf(at: string | null | undefined): number | null {
  const parsed = at === null || at === undefined ? Number.NaN : Date.parse(at)
  return Number.isNaN(parsed) ? null : parsed
}

/** Returns the run time of the job so far in milliseconds; null if it never started. */
export function ranMs(
  { started_at, finished_at }: Pick<JobView, 'started_at' | 'finished_at'>,
  now: number,
): number | null {
  const started = instantOf(started_at)
  return started === null ? null : Math.max(0, (instantOf(finished_at) ?? now) - started)
}

/** Whether the job has a log to show: its command ran, or it failed to start. */
export function hasLog(job: JobView): boolean {
  if (isWaiting(job) || job.state === 'assigned') return false
  return job.started_at != null || job.finished_at == null || hasFailed(job) || job.cached === true
}

/** Returns the position at which reading the log begins. */
export function logStartOf(job: JobView): 'error' | 'tail' | 'start' {
  return hasFailed(job) ? 'error' : isActive(job) ? 'tail' : 'start'
}
