/** The failed tests reported by a job, as named by its failure. */
import { type Found, type ReportedFailure, testTitle, verdictWords } from '@harmont/logs'
import type { Database } from '../../platform/database/transaction.ts'
import { proofColumns, proofJoins, type ResultRow } from './store.ts'
import { presentVerdict } from './test-states.ts'

export interface FailedTests {
  readonly count: number
  /** Whether a proof of these tests is planned or running. */
  readonly proving: boolean
  /** The first ones. */
  readonly results: readonly ResultRow[]
}

/** Finds the first failed tests of each job with reported failures, by job. */
export async function findFailedTests(
  database: Database,
  jobIds: readonly string[],
  most: number,
): Promise<ReadonlyMap<string, FailedTests>> {
  if (jobIds.length === 0) return new Map()
  const { rows } = await database.query<
    ResultRow & { readonly job_id: string; readonly count: number; readonly proving: boolean }
  >({
    name: 'failed-tests-of-jobs',
    text: `select t.job_id, t.count, x.*, c.key, c.suite, c.name, coalesce(x.own_file, c.file) as file, ${proofColumns},
                  exists (select from engine.probes b where b.job_id = t.job_id) as proving
             from (select job_id, array_agg(id order by id) as reports, sum(failed + errored)::int as count from engine.test_reports
                    where job_id = any($1::uuid[]) and at is not null group by job_id) t
            cross join lateral (
              select x.report, x.test, x.state::text as state, x.duration_ms, x.line, x.file as own_file, x.message
                from engine.test_results x where x.report = any(t.reports) and x.state in ('f', 'e')
               order by x.report, x.test limit $2) x
             join engine.test_cases c on c.id = x.test ${proofJoins('x')}
            order by t.job_id, x.report, x.test`,
    values: [jobIds, most],
  })
  const byJob = Map.groupBy(rows, ({ job_id }) => job_id)
  return new Map(
    [...byJob].map(([id, results]) => {
      const { count = 0, proving = false } = results[0] ?? {}
      return [id, { count, proving, results }]
    }),
  )
}

/** Converts the failed tests to the failures of a log, each with the verdict of its forks. */
export function asFound({ count, proving, results }: FailedTests): Found<ReportedFailure> {
  const noteOn = (row: ResultRow) => verdictWords(presentVerdict(row, proving))
  return { failures: results.map((row) => ({ ...asFailure(row), note: noteOn(row) })), tests: count, errors: 0 }
}

export function asFailure(row: ResultRow): ReportedFailure {
  return { test: testTitle(row), message: firstLine(row.message), file: row.file, line: row.line }
}

const longestMessage = 400

function firstLine(message: string | null): string {
  const line = message?.split('\n').find((text) => text.trim() !== '') ?? 'failed'
  return line.trim().slice(0, longestMessage).toWellFormed()
}
