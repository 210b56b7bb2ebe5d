import { runMs } from '../records/run-time.ts'
import type { BuildRow } from '../records/store.ts'

/** How long, in ms, a running build still takes if it takes as long as the median of those before it; null where nobody knows. */
export function etaMs(
  build: Pick<BuildRow, 'started_at' | 'finished_at' | 'idle_ms'>,
  earlierMs: readonly number[],
  now: number,
): number | null {
  const median = earlierMs.toSorted((a, b) => a - b)[Math.floor(earlierMs.length / 2)]
  const ran = runMs(build, now)
  if (ran === null || build.finished_at !== null || median === undefined) return null
  return Math.max(0, Math.round(median - ran))
}
