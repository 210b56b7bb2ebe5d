import { type BuildView, instantOf, type JobView } from '../data/job-state.ts'
import { type WorkClock, workClockOf } from '../data/work-clock.ts'

/** The time range of all duration bars, in Unix milliseconds. */
export interface BuildScale {
  readonly from: number
  /** null while the build runs. */
  readonly to: number | null
  readonly clock: WorkClock
}

/** Returns the range of a build, without the time between its end and a retry. */
export function scaleOf({ build, jobs }: Pick<BuildView, 'build' | 'jobs'>): BuildScale {
  const from = instantOf(build.started_at) ?? instantOf(build.created_at) ?? 0
  return { from, to: instantOf(build.finished_at), clock: workClockOf(jobs) }
}

/** Returns start and length of a step's bar in percent; null if it never started (web B4). */
export function barOf(
  { started_at, finished_at }: Pick<JobView, 'started_at' | 'finished_at'>,
  { from, to, clock }: BuildScale,
  now: number,
): { readonly left: number; readonly width: number } | null {
  const started = instantOf(started_at)
  if (started === null) return null
  const whole = Math.max(1, clock(to ?? now) - clock(from))
  const percent = (at: number) => Math.min(100, Math.max(0, ((clock(at) - clock(from)) / whole) * 100))
  const left = percent(started)
  return { left, width: Math.max(0.5, percent(instantOf(finished_at) ?? now) - left) }
}
