/** Stores the test reports of steps. */
import type pg from 'pg'
import type { Instant } from '../../core/model.ts'
import { type Result, resultsOf, severity } from '../../reports/results.ts'
import type { TestCase, TestReport } from '../../reports/test-report.ts'
import { transaction } from '../transaction.ts'
import { storable, time } from '../values.ts'
import { noteFileTimesText } from './splits.ts'

/** Maximum number of stored results per build. */
const mostResultsPerBuild = 100_000
/** Maximum number of results per transaction, which takes about 100 ms. */
const batch = 5_000

/**
 * Advisory lock that is shared while results name tests. Its exclusive holder may remove unused
 * tests.
 */
export const testsInUse = 0x74657374

export interface ReportingJob {
  readonly jobId: string
  readonly buildId: string
  readonly pipeline: string
  readonly isTrusted: boolean
  /** Whether the server itself has fetched the build's source from its ref. */
  readonly isFetched: boolean
  readonly isCached: boolean
  readonly at: Instant
}

const letters: Readonly<Record<TestCase['state'], string>> = { passed: 'p', failed: 'f', skipped: 's', errored: 'e' }

/**
 * Writes reports that do not count yet, in small transactions before the build is locked. Returns
 * their ids for `takeReports`. Reports that are not taken are removed a day later.
 */
export async function writeReports(
  pool: pg.Pool,
  job: ReportingJob,
  reports: readonly TestReport[],
): Promise<readonly string[]> {
  const ids: string[] = []
  let room = reports.some(({ cases }) => cases.length > 0) ? await roomOf(pool, job) : 0
  for (const report of reports) {
    const all = resultsOf(report.cases)
    const kept = keepWithin(room, all)
    room -= kept.length
    const id = await writeReport(pool, job, report, all, all.length - kept.length)
    const sorted = kept.toSorted((a, b) => (a.key < b.key ? -1 : 1))
    for (let from = 0; from < sorted.length; from += batch)
      await writeResults(pool, job.pipeline, id, sorted.slice(from, from + batch))
    await pool.query({ name: 'engine-note-file-times', text: noteFileTimesText, values: [id] })
    ids.push(id)
  }
  return ids
}

/** Returns the results that fit into the room, failed tests first. */
export function keepWithin<T extends Pick<TestCase, 'state'>>(room: number, results: readonly T[]): readonly T[] {
  if (results.length <= room) return results
  return results.toSorted((a, b) => severity[b.state] - severity[a.state]).slice(0, room)
}

/** Makes reports count, in the client's open transaction. */
export async function takeReports(client: pg.ClientBase, ids: readonly string[], at: Instant): Promise<void> {
  if (ids.length === 0) return
  await client.query({
    name: 'engine-take-test-reports',
    text: 'update engine.test_reports set at = $2 where id = any($1::bigint[])',
    values: [ids, time(at)],
  })
}

/** Returns the number of results that the build may still store. */
async function roomOf(pool: pg.Pool, { buildId, jobId }: ReportingJob): Promise<number> {
  const { rows } = await pool.query<{ count: number }>({
    name: 'engine-count-test-results',
    text: `select coalesce(sum(r.passed + r.failed + r.skipped + r.errored - r.left_out), 0)::int as count
      from engine.test_reports r join engine.jobs j on j.id = r.job_id
      where r.build_id = $1 and r.at is not null and j.step is distinct from (select step from engine.jobs where id = $2)`,
    values: [buildId, jobId],
  })
  return Math.max(0, mostResultsPerBuild - (rows[0]?.count ?? 0))
}

async function writeReport(
  pool: pg.Pool,
  { buildId, jobId, pipeline, isTrusted, isFetched, isCached, at }: ReportingJob,
  { path, format, faults, problem }: TestReport,
  results: readonly Result[],
  leftOut: number,
): Promise<string> {
  const count = (state: TestCase['state']) => results.filter((result) => result.state === state).length
  const { rows } = await pool.query<{ id: string }>({
    name: 'engine-write-test-report',
    text: `insert into engine.test_reports (build_id, job_id, pipeline, trusted, fetched, cached, path, format, faults, problem,
        passed, failed, skipped, errored, left_out, written_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) returning id`,
    values: [
      buildId,
      jobId,
      pipeline,
      isTrusted,
      isFetched,
      isCached,
      storable(path),
      format,
      faults,
      storable(problem ?? null),
      count('passed'),
      count('failed'),
      count('skipped'),
      count('errored'),
      leftOut,
      time(at),
    ],
  })
  const [row] = rows
  if (row === undefined) throw new Error('expected the row of the report')
  return row.id
}

/** Finds the test of a result `g` by the index, even if the planner expects few tests. */
const known = 'select k.id, k.file from engine.test_cases k where k.pipeline = $1 and k.key = g.key limit 1'

/** Sorted by key, so that two reports that name the same new tests never deadlock. */
function writeResults(pool: pg.Pool, pipeline: string, report: string, results: readonly Result[]): Promise<void> {
  const keys = results.map(({ key }) => key)
  const files = results.map(({ file }) => storable(file ?? null))
  return transaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock_shared($1)', [testsInUse])
    await client.query({
      name: 'engine-write-tests',
      text: `insert into engine.test_cases (pipeline, key, suite, name, file)
        select $1, g.* from unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) as g(key, suite, name, file)
        left join lateral (${known}) c on true where c.id is null
        on conflict do nothing`,
      values: [
        pipeline,
        keys,
        results.map(({ suite }) => storable(suite)),
        results.map(({ name }) => storable(name)),
        files,
      ],
    })
    await client.query({
      name: 'engine-write-test-results',
      text: `insert into engine.test_results (report, test, state, duration_ms, line, file, message)
        select $2, c.id, g.state, g.duration_ms, g.line, case when g.file is distinct from c.file then g.file end, g.message
        from unnest($3::uuid[], $4::"char"[], $5::int[], $6::int[], $7::text[], $8::text[])
          as g(key, state, duration_ms, line, file, message)
        cross join lateral (${known}) c`,
      values: [
        pipeline,
        report,
        keys,
        results.map(({ state }) => letters[state]),
        results.map(({ durationMs }) => whole(durationMs)),
        results.map(({ line }) => whole(line)),
        files,
        results.map(({ message }) => storable(message ?? null)),
      ],
    })
  })
}

/** Returns the number in the form that the column stores. */
function whole(value: number | undefined): number | null {
  return value === undefined ? null : Math.min(Math.max(Math.round(value), 0), 2 ** 31 - 1)
}
