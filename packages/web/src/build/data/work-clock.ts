import { instantOf, type JobView } from './job-state.ts'

/** An instant with the time before it in which the build was over left out; both in Unix milliseconds. */
export type WorkClock = (at: number) => number

interface Stretch {
  readonly from: number
  readonly to: number
  /** Somebody asked for it, maybe when all else was over. */
  readonly isAsked: boolean
}

/** The clock of a build's work: it stands still from the build's end until somebody has it tried again, so that what was done looks as long as it took. */
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

/** From when each attempt of a step waited, as far as that is known, to its end; what goes on has none. */
function stretchesOf({ id, scheduled_at, attempts }: JobView): Stretch[] {
  return (attempts ?? []).flatMap(({ job_id, cause, started_at, finished_at }) => {
    const from = (job_id === id ? instantOf(scheduled_at) : null) ?? instantOf(started_at)
    if (from === null) return []
    return [
      { from, to: Math.max(from, instantOf(finished_at) ?? Number.POSITIVE_INFINITY), isAsked: cause === 'manual' },
    ]
  })
}
