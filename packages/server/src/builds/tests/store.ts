/**
 * Results of tests (`engine.test_results`). Readers find the reports first: their results are read
 * from an index.
 */
import { Conditions } from '../../platform/database/conditions.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { type CountedReport, isNewestReport } from './counted-reports.ts'
import type { CountedResult } from './summarise-test.ts'
import type { ForkResults, TestLetter, VerdictRow } from './test-states.ts'

export interface ReportRow {
  readonly id: string
  readonly job_id: string
  readonly path: string
  readonly format: string | null
  readonly faults: number
  readonly problem: string | null
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly errored: number
  readonly left_out: number
  readonly cached: boolean
  /** Whether a proof of its job's failed tests is planned or running. */
  readonly proving: boolean
}

const mostReports = 1_000

/** Finds the reports of a build that count, or all reports of one job. */
export async function findReports(
  database: Database,
  buildId: string,
  jobId: string | null = null,
): Promise<readonly ReportRow[]> {
  const { rows } = await database.query<ReportRow>({
    name: jobId === null ? 'test-reports-of-build' : 'test-reports-of-job',
    text: `select t.id, t.job_id, t.path, t.format, t.faults, t.problem, t.passed, t.failed, t.skipped, t.errored, t.left_out, t.cached,
                  exists (select from engine.probes b where b.job_id = t.job_id) as proving
             from engine.test_reports t join engine.jobs j on j.id = t.job_id
            where t.build_id = $1 and ${jobId === null ? isNewestReport : 't.at is not null and t.job_id = $2'}
            order by j.step, t.id limit ${mostReports}`,
    values: jobId === null ? [buildId] : [buildId, jobId],
  })
  return rows
}

/** Whether a step of the build has reported tests. */
export async function hasReports(database: Database, buildId: string): Promise<boolean> {
  const { rows } = await database.query<{ found: boolean }>({
    name: 'has-test-reports',
    text: 'select exists (select from engine.test_reports where build_id = $1 and at is not null) as found',
    values: [buildId],
  })
  return rows[0]?.found === true
}

export interface TestRow {
  /** Within the database. */
  readonly test: string
  /** Unique within the pipeline; part of the API. */
  readonly key: string
  readonly suite: string
  readonly name: string
  readonly file: string | null
}

export interface ResultRow extends TestRow, VerdictRow {
  readonly report: string
  readonly state: TestLetter
  readonly duration_ms: number | null
  readonly line: number | null
  readonly message: string | null
  /** Whether the test is in quarantine at present. */
  readonly quarantined: boolean
}

/** The additional columns of a `ResultRow` for a result `x`, from the tables of `proofJoins`. */
export const proofColumns = 'v.verdict, v.forks, v.fork_passes, q.test is not null as quarantined'

/**
 * Joins the verdict on a result, and the quarantine of its test. `offset 0` forces a lookup for
 * each result.
 */
export const proofJoins = (result: string) => `
  left join lateral (select * from engine.test_verdicts v where v.report = ${result}.report and v.test = ${result}.test offset 0) v on true
  left join lateral (select q.test from engine.quarantines q where q.test = ${result}.test and q.until > now() offset 0) q on true`

/** Selects whether a test passed in each fork of its failed job, by number; null if none ran. */
export const forkResults = (job: string, key: string) => `(
  select json_agg(json_build_object('fork', r.number, 'passed', ${key} = any(r.passed)) order by r.number)
    from engine.proof_runs r where r.job_id = ${job} and (${key} = any(r.passed) or ${key} = any(r.failed)))`

const jobOf = (result: string) => `(select t.job_id from engine.test_reports t where t.id = ${result}.report)`

/** A result as shown on the page of its build. */
export interface BuildResultRow extends ResultRow, ForkResults {}

type StateFilter = 'failed' | 'passed' | 'skipped'

export interface ResultWish {
  readonly state: StateFilter | null
  readonly q: string | null
  /** The sort key of the previous result. */
  readonly after: readonly (string | number)[] | null
  readonly limit: number
}

// The sort order of the index `test_results_listed`.
const rank = "case x.state when 'p' then 1 when 's' then 2 else 0 end"
const slowest = '-coalesce(x.duration_ms, 0)'
const states: Readonly<Record<StateFilter, string>> = {
  failed: `${rank} = 0`,
  passed: `${rank} = 1`,
  skipped: `${rank} = 2`,
}
/** Up to this many reports are read one by one: in builds with more, they are small. */
const mostBeginnings = 20
const resultColumns = 'x.report, x.test, x.state::text as state, x.duration_ms, x.line, x.file as own_file, x.message'
/** A condition: the shown texts of the test `c` contain a text. */
const hasText = "position(lower(?) in lower(c.suite || ' ' || c.name || ' ' || coalesce(c.file, ''))) > 0"

/** Returns the sort key of `findResults`: failed first, then the slowest. */
export function resultKey({ state, duration_ms: ms, report, test }: ResultRow): readonly (string | number)[] {
  return [state === 'p' ? 1 : state === 's' ? 2 : 0, -(ms ?? 0), report, test]
}

/** Finds results of these reports, failed ones first, then the slowest. */
export async function findResults(
  database: Database,
  reports: readonly string[],
  { state, q, after, limit }: ResultWish,
): Promise<readonly BuildResultRow[]> {
  if (reports.length === 0) return []
  const where = new Conditions([reports, limit])
  if (state !== null) where.add(states[state])
  if (q !== null) where.add(hasText, q)
  if (after !== null)
    // The first condition uses the columns of the index.
    where.add(
      `(${rank}, ${slowest}) >= (?0, ?1) and (${rank}, ${slowest}, x.report, x.test) > (?0, ?1, ?2, ?3)`,
      ...after,
    )
  const order = `order by ${rank}, ${slowest}`
  // Reads the first rows of each report from the index. Uses one condition per report: the plan for
  // an array assumes reports of the usual size, and would sort a large one.
  const beginnings = reports.map(
    (_, at) => `(select ${resultColumns} from engine.test_results x
      where x.report = ($1::bigint[])[${at + 1}] ${where.text} ${order}, x.test limit $2)`,
  )
  const all = `select ${resultColumns} from engine.test_results x ${q === null ? '' : 'join engine.test_cases c on c.id = x.test'}
    where x.report = any($1::bigint[]) ${where.text}`
  const found =
    q === null && reports.length <= mostBeginnings ? `select x.* from (${beginnings.join(' union all ')}) x` : all
  const { rows } = await database.query<BuildResultRow>({
    // Joins the tests after the limit.
    text: `select f.*, c.key, c.suite, c.name, coalesce(f.own_file, c.file) as file, ${proofColumns},
                  case when f.state in ('f', 'e') then ${forkResults(jobOf('f'), 'c.key')} end as fork_results
             from (${found} ${order}, x.report, x.test limit $2) f
             join engine.test_cases c on c.id = f.test ${proofJoins('f')}
            order by ${[rank, slowest].map((key) => key.replaceAll('x.', 'f.')).join(', ')}, f.report, f.test`,
    values: where.values,
  })
  return rows
}

/** Finds a test of a pipeline. */
export async function findTest(database: Database, pipelineId: string, key: string): Promise<TestRow | undefined> {
  const { rows } = await database.query<TestRow>({
    name: 'find-test',
    text: `select id as test, key, suite, name, file from engine.test_cases where pipeline = $1::text and key = $2::uuid`,
    values: [pipelineId, key],
  })
  return rows[0]
}

/** Finds the results of tests in the reports that count. */
export async function findCounted(
  database: Database,
  tests: readonly string[],
  reports: readonly CountedReport[],
): Promise<readonly CountedResult[]> {
  if (tests.length === 0 || reports.length === 0) return []
  const { rows } = await database.query<CountedResult>({
    name: 'counted-test-results',
    // `offset 0` forces a lookup for each test: the reports have many more.
    text: `select x.test, x.report, x.state::text as state, x.duration_ms
             from unnest($1::bigint[]) as w(test)
            cross join lateral (
              select * from engine.test_results x where x.test = w.test and x.report = any($2::bigint[]) offset 0) x`,
    values: [tests, reports.map(({ id }) => id)],
  })
  return rows
}

export interface ProofRow {
  readonly test: string
  readonly report: string
  readonly forks: number
  readonly fork_passes: number
}

/** Finds the newest proof of flakiness of each test, by test. */
export async function findProofs(
  database: Database,
  tests: readonly string[],
  reports: readonly CountedReport[],
): Promise<ReadonlyMap<string, ProofRow>> {
  if (tests.length === 0 || reports.length === 0) return new Map()
  const { rows } = await database.query<ProofRow>({
    name: 'proofs-of-tests',
    text: `select v.test, v.report, v.forks, v.fork_passes
             from unnest($2::bigint[]) as w(test)
            cross join lateral (
              select * from engine.test_verdicts v
               where v.test = w.test and v.report = any($1::bigint[]) and v.verdict = 'flaky' offset 0) v
            order by v.report`,
    values: [reports.map(({ id }) => id), tests],
  })
  return new Map(rows.map((row) => [row.test, row]))
}

/** Finds the messages of results, by test. */
export async function findMessages(
  database: Database,
  results: readonly { readonly test: string; readonly report: string }[],
): Promise<ReadonlyMap<string, string | null>> {
  if (results.length === 0) return new Map()
  const { rows } = await database.query<{ test: string; message: string | null }>({
    name: 'test-messages',
    text: `select x.test, x.message from unnest($1::bigint[], $2::bigint[]) as w(test, report)
             join engine.test_results x on x.report = w.report and x.test = w.test`,
    values: [results.map(({ test }) => test), results.map(({ report }) => report)],
  })
  return new Map(rows.map(({ test, message }) => [test, message]))
}
