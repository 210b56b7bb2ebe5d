import type { Schema } from '../../api/schemas.ts'

export type BuildView = Schema<'BuildView'>
export type JobView = Schema<'JobView'>

type Stated = Pick<JobView, 'state' | 'soft_failed'>

const ended = new Set(['passed', 'failed', 'skipped', 'canceled', 'timed_out'])
const endedBuilds = new Set(['passed', 'failed', 'canceled'])
const active = new Set(['assigned', 'running', 'canceling', 'timing_out'])

/** Whether nothing more happens to a job by itself. */
export function isEnded({ state }: Pick<JobView, 'state'>): boolean {
  return ended.has(state)
}

/** Whether nothing more happens to a build by itself; a retry can reopen it. */
export function isBuildEnded({ state }: { readonly state: string }): boolean {
  return endedBuilds.has(state)
}

/** A runner has it. */
export function isActive({ state }: Pick<JobView, 'state'>): boolean {
  return active.has(state)
}

/** It waits for its turn. */
export function isWaiting({ state }: Pick<JobView, 'state'>): boolean {
  return state === 'pending' || state === 'scheduled'
}

/** It did not pass, allowed or not. */
export function hasFailed({ state }: Pick<JobView, 'state'>): boolean {
  return state === 'failed' || state === 'timed_out'
}

/** A failure that makes the build fail. */
export function isHardFailure(job: Stated): boolean {
  return hasFailed(job) && !job.soft_failed
}

/** What renders the pipeline, and then the steps, in the order of the graph (web B14). */
export function allJobs({ render, jobs }: Pick<BuildView, 'render' | 'jobs'>): readonly JobView[] {
  return render === null ? jobs : [render, ...jobs]
}

/** What a step is called: its name, else its key. */
export function nameOf({ name, step_key, id }: Pick<JobView, 'name' | 'step_key' | 'id'>): string {
  return name || step_key || id
}

/** How the address names a step (web.md 6): its key, else its id. */
export function addressOf({ step_key, id }: Pick<JobView, 'step_key' | 'id'>): string {
  return step_key || id
}

/** The instant in Unix milliseconds; null for what is missing or no instant. */
export function instantOf(at: string | null | undefined): number | null {
  const parsed = at === null || at === undefined ? Number.NaN : Date.parse(at)
  return Number.isNaN(parsed) ? null : parsed
}

/** How long it ran, so far where it still does, in milliseconds; null where it never began. */
export function ranMs(
  { started_at, finished_at }: Pick<JobView, 'started_at' | 'finished_at'>,
  now: number,
): number | null {
  const started = instantOf(started_at)
  return started === null ? null : Math.max(0, (instantOf(finished_at) ?? now) - started)
}

/** Whether there is a log to show: its command ran, or was to run and could not. */
export function hasLog(job: JobView): boolean {
  if (isWaiting(job) || job.state === 'assigned') return false
  return job.started_at != null || job.finished_at == null || hasFailed(job) || job.cached === true
}

/** Where reading its log begins. */
export function logStartOf(job: JobView): 'error' | 'tail' | 'start' {
  return hasFailed(job) ? 'error' : isActive(job) ? 'tail' : 'start'
}
