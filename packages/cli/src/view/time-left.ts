import { isOver, type Run, type Step } from './run-model.ts'
import { prerequisites, topological } from './topological.ts'

/** What earlier runs tell of this one. */
export interface Earlier {
  /** By step key, in milliseconds. */
  readonly durations: ReadonlyMap<string, number>
  /** How many steps run at a time, where that is known. */
  readonly parallelism: number | undefined
}

/**
 * About how many milliseconds the rest takes: its longest chain, or all its work shared out, whichever is longer. A step that nothing is known of counts
 * as the mean of the others. Null when nothing is known of any.
 */
export function timeLeft(
  run: Run,
  { durations, parallelism = Number.POSITIVE_INFINITY }: Earlier,
  now: number,
): number | null {
  const known = run.steps.flatMap(({ key }) => durations.get(key) ?? [])
  if (known.length === 0) return null
  const mean = known.reduce((sum, ms) => sum + ms, 0) / known.length
  const ends = new Map<Step, number>()
  let longest = 0
  let work = 0
  for (const step of topological(run)) {
    const own = isOver(step) ? 0 : Math.max(0, (durations.get(step.key) ?? mean) - elapsed(step, now))
    const start = prerequisites(step, run).reduce((latest, other) => Math.max(latest, ends.get(other) ?? 0), 0)
    ends.set(step, start + own)
    longest = Math.max(longest, start + own)
    work += own
  }
  return Math.max(longest, work / parallelism)
}

/** What the cache saved in milliseconds, as far as it is known how long its steps take. */
export function timeSaved({ steps }: Run, { durations }: Earlier): number {
  return steps.reduce((sum, { key, cached }) => sum + (cached ? (durations.get(key) ?? 0) : 0), 0)
}

function elapsed({ state, startedAt }: Step, now: number): number {
  return state === 'running' && startedAt !== null ? now - startedAt : 0
}
