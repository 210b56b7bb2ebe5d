import type { Schema } from '../api/schemas.ts'

type BuildSummary = Schema<'BuildSummary'>

export interface Insights {
  /** Builds that passed or failed; canceled ones say nothing. */
  readonly judged: number
  readonly passed: number
  /** Of builds that passed, in milliseconds; null: none did. */
  readonly medianMs: number | null
  readonly p90Ms: number | null
  /** Steps that failed first, most often first. */
  readonly failingSteps: readonly { readonly name: string; readonly count: number }[]
  /** Oldest first; only those that have run. */
  readonly bars: readonly { readonly build: BuildSummary; readonly ms: number }[]
}

/** As many as stand beside the bars without a row of their own. */
const mostSteps = 3

/** What the last builds of a branch tell (web P3), from newest to oldest as the server lists them. */
export function insightsOf(builds: readonly BuildSummary[]): Insights {
  const judged = builds.filter(({ state }) => state === 'passed' || state === 'failed')
  const passed = judged.filter(({ state }) => state === 'passed')
  const durations = passed.flatMap(({ run_ms }) => run_ms ?? []).sort((a, b) => a - b)
  const counts = new Map<string, number>()
  for (const { failed_step } of judged)
    if (failed_step !== null) counts.set(failed_step, (counts.get(failed_step) ?? 0) + 1)
  const ran = builds.flatMap((build) => (build.run_ms === null ? [] : [{ build, ms: build.run_ms }])).toReversed()
  return {
    judged: judged.length,
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

/** The value that this share of the sorted numbers does not exceed (nearest rank); null of none. */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null
}
