import { instantOf, type JobView } from './job-state.ts'

/**
 * Subtracts from an instant all earlier periods between an end of the build and a retry, in
 * milliseconds.
 */
export type WorkClock = (at: number) => number

interface Stretch {
  readonly from: number
  readonly to: number
  /** Whether a person started it, possibly after the build had ended. */
  readonly isAsked: boolean
}

/** Returns a clock that stands still between the build's end and a manual retry. */
export function workClockOf(jobs: readonly JobView[] | null | undefined): WorkClock {
  const stretches = (jobs ?? []).flatMap(stretchesOf).sort((a, b) => a.from - b.from)
  const breaks: { readonly from: number; readonly to: number }[] = []
  let end: number | null = null
  for (const { from, to, isAsked } of stretches) {
    if (isAsked && end !== null && from > end) breaks.push({ from: end, to: from })
    end = Math.max(end ?? to, to)
  }
  return (at) => at - breaks.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(at, to) - from), 0)
}

/** Returns when each attempt started to wait, if known, and when it ended. */
function stretchesOf({ id, scheduled_at, attempts }: JobView): Stretch[] {
  return (attempts ?? []).flatMap(({ job_id, cause, started_at, finished_at }) => {
    const from = (job_id === id ? instantOf(scheduled_at) : null) ?? instantOf(started_at)
    if (from === null) return []
    return [
      { from, to: Math.max(from, instantOf(finished_at) ?? Number.POSITIVE_INFINITY), isAsked: cause === 'manual' },
    ]
  })
}
