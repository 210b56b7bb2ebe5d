import type { Schema } from '../api/schemas.ts'

type BuildSummary = Schema<'BuildSummary'>

export interface Insights {
  /** Builds that passed or failed; canceled ones do not count. */
  readonly finished: number
  readonly passed: number
  /** The median of passed builds in milliseconds; null if none passed. */
  readonly medianMs: number | null
  readonly p90Ms: number | null
  /** The steps that failed first, ordered by frequency. */
  readonly failingSteps: readonly { readonly name: string; readonly count: number }[]
  /** Builds that have run, oldest first. */
  readonly bars: readonly { readonly build: BuildSummary; readonly ms: number }[]
}

/** The number of steps with room beside the bars. */
const mostSteps = 3

/** Summarizes the last builds of a branch (web P3), which the server lists newest first. */
export function insightsOf(builds: readonly BuildSummary[]): Insights {
  const finished = builds.filter(({ state }) => state === 'passed' || state === 'failed')
  const passed = finished.filter(({ state }) => state === 'passed')
  const durations = passed.flatMap(({ run_ms }) => run_ms ?? []).sort((a, b) => a - b)
  const counts = new Map<string, number>()
  for (const { failed_step } of finished)
    if (failed_step !== null) counts.set(failed_step, (counts.get(failed_step) ?? 0) + 1)
  const ran = builds.flatMap((build) => (build.run_ms === null ? [] : [{ build, ms: build.run_ms }])).toReversed()
  return {
    finished: finished.length,
    passed: passed.length,
    medianMs: quantile(durations, 0.5),
    p90Ms: quantile(durations, 0.9),
    failingSteps: [...counts]
      .map(([name, count]) => ({ name, count }))
      .sort((a, b) => b.count - a.count || a.name.localeCompare(b.name))
      .slice(0, mostSteps),
    bars: ran,
  }
}

/** Returns the nearest-rank quantile of sorted numbers; null if there are none. */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null
}
