import type { CountedReport } from './counted-reports.ts'
import { hasFailed, type TestLetter, worstState } from './test-states.ts'

/** A result in one of the counted reports. */
export interface CountedResult {
  readonly test: string
  readonly report: string
  readonly state: TestLetter
  readonly duration_ms: number | null
}

/** Statistics of a test on the default branch. */
export interface TestSummary {
  readonly runs: number
  readonly failures: number
  readonly passRate: number | null
  readonly medianMs: number | null
  /** Its result in the newest build that ran it; null if none has. */
  readonly state: TestLetter | null
  /** A report of the newest build in which the test failed. */
  readonly lastFailure: CountedReport | null
  readonly failingSince: CountedReport | null
}

/** Summarises the results of one test. `reports` are all reports that count, newest build first. */
export function summariseTest(results: readonly CountedResult[], reports: readonly CountedReport[]): TestSummary {
  const byReport = new Map(results.map((result) => [result.report, result]))
  const builds = [...Map.groupBy(reports, ({ number }) => number).values()].flatMap((ofBuild) => {
    const found = ofBuild.flatMap((report) => {
      const result = byReport.get(report.id)
      return result === undefined ? [] : [{ report, result }]
    })
    const state = worstState(found.map(({ result }) => result.state))
    return state === null ? [] : [{ found, state }]
  })
  const ran = builds.filter(({ state }) => state !== 's')
  const made = ran.filter(({ found }) => found.some(({ report }) => !report.cached))
  const failed = ran.filter(({ state }) => hasFailed(state))
  const firstPass = ran.findIndex(({ state }) => !hasFailed(state))
  const row = ran.slice(0, firstPass === -1 ? undefined : firstPass)
  const reportOf = (build: (typeof builds)[number] | undefined) =>
    build?.found.find(({ result }) => hasFailed(result.state))?.report ?? null
  const durations = made.flatMap(({ found }) =>
    found.flatMap(({ report, result: { duration_ms: ms } }) => (report.cached || ms === null ? [] : [ms])),
  )
  return {
    runs: made.length,
    failures: failed.length,
    passRate: made.length === 0 ? null : 1 - failed.length / Math.max(made.length, failed.length),
    medianMs: durations.toSorted((a, b) => a - b)[Math.floor(durations.length / 2)] ?? null,
    state: ran[0]?.state ?? builds[0]?.state ?? null,
    lastFailure: reportOf(failed[0]),
    failingSince: reportOf(row.at(-1)),
  }
}

/**
 * Counts the newest builds since an instant that ran a test and passed it, up to the first that did
 * not. Results of cached steps do not count as runs.
 */
export function passesInARow(
  results: readonly CountedResult[],
  reports: readonly CountedReport[],
  since: Date,
): number {
  const byReport = new Map(results.map(({ report, state }) => [report, state]))
  const made = reports.filter(({ cached, at }) => !cached && at > since)
  const states = [...Map.groupBy(made, ({ number }) => number).values()]
    .map((ofBuild) => worstState(ofBuild.flatMap(({ id }) => byReport.get(id) ?? [])))
    .filter((state) => state !== null && state !== 's')
  const passes = states.findIndex((state) => state !== 'p')
  return passes === -1 ? states.length : passes
}

/** Whether the newest build that ran a test passed it. */
export function passedLast(results: readonly CountedResult[], reports: readonly CountedReport[]): boolean {
  return summariseTest(results, reports).state === 'p'
}
