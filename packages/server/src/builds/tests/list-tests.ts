import type { Database } from '../../platform/database/transaction.ts'
import type { CursorKey } from '../../platform/http/index.ts'
import type { CountedReport } from './counted-reports.ts'
import type { TestRow } from './store.ts'

export interface ListedTest extends TestRow {
  /** The sort key. */
  readonly keys: CursorKey
}

interface TestWish {
  readonly state: 'failing' | 'failed' | 'flaky' | 'quarantined' | null
  readonly q: string | null
  readonly after: CursorKey | null
  readonly limit: number
}

const hasText = (q: string) =>
  `(${q}::text is null or position(lower(${q}) in lower(c.suite || ' ' || c.name || ' ' || coalesce(c.file, ''))) > 0)`

/** Lists the tests in these reports. */
export function listTests(
  database: Database,
  pipelineId: string,
  reports: readonly CountedReport[],
  wish: TestWish,
): Promise<readonly ListedTest[]> {
  switch (wish.state) {
    case null:
      return listByName(database, pipelineId, reports, wish)
    case 'quarantined':
      return listQuarantined(database, pipelineId, wish)
    case 'flaky':
      return listFlaky(database, reports, wish)
    default:
      return listFailed(database, reports, { ...wish, isFailing: wish.state === 'failing' })
  }
}

const suite = 'left(c.suite, 200) collate "C"'
const name = 'left(c.name, 200) collate "C"'
const nameKeys = `json_build_array(${suite}, ${name}, c.id::text) as keys`

/** Reads tests in the order of their names until the page is full. */
async function listByName(
  database: Database,
  pipelineId: string,
  reports: readonly CountedReport[],
  { q, after, limit }: TestWish,
): Promise<readonly ListedTest[]> {
  const { rows } = await database.query<ListedTest>({
    name: 'list-tests-by-name',
    text: `select c.id as test, c.key, c.suite, c.name, c.file, ${nameKeys}
             from engine.test_cases c
            cross join lateral (
              select from engine.test_results x where x.test = c.id and x.report = any($2::bigint[]) limit 1) x
            where c.pipeline = $1::text and (${suite}, ${name}, c.id) > ($4::text, $5::text, $6::bigint) and ${hasText('$3')}
            order by ${suite}, ${name}, c.id limit $7`,
    values: [pipelineId, reports.map(({ id }) => id), q, after?.[0] ?? '', after?.[1] ?? '', after?.[2] ?? -1, limit],
  })
  return rows
}

/** Lists tests that failed, most recent failure first. */
async function listFailed(
  database: Database,
  reports: readonly CountedReport[],
  { q, after, limit, isFailing }: TestWish & { readonly isFailing: boolean },
): Promise<readonly ListedTest[]> {
  const { rows } = await database.query<ListedTest>({
    name: `list-failed-tests-${isFailing}`,
    // `newer`: the smallest report id of a newer build, so that older results are not read.
    text: `with w as (select report, number, min(report) over (order by number desc groups between unbounded preceding and 1 preceding) as newer
                       from unnest($1::bigint[], $2::int[]) as w(report, number)),
           f as (select x.test, max(w.number) as number, (array_agg(w.newer order by w.number desc))[1] as newer
                   from w cross join lateral (
                     select x.test from engine.test_results x where x.report = w.report and x.state in ('f', 'e') offset 0) x
                  group by x.test)
           select c.id as test, c.key, c.suite, c.name, c.file, json_build_array(f.number, c.id::text) as keys
             from f join engine.test_cases c on c.id = f.test
            where ${isAfterBuild} and ${hasText('$3')}
                  ${isFailing ? `and not exists (${laterPass})` : ''}
            order by f.number desc, c.id limit $6`,
    values: valuesOf(reports, { q, after, limit }),
  })
  return rows
}

/** Lists tests that forks proved flaky, sorted by the newest build with a proof, newest first. */
async function listFlaky(
  database: Database,
  reports: readonly CountedReport[],
  wish: Omit<TestWish, 'state'>,
): Promise<readonly ListedTest[]> {
  const { rows } = await database.query<ListedTest>({
    name: 'list-flaky-tests',
    text: `with f as (
             select v.test, max(w.number) as number from unnest($1::bigint[], $2::int[]) as w(report, number)
              cross join lateral (
                select v.test from engine.test_verdicts v where v.report = w.report and v.verdict = 'flaky' offset 0) v
              group by v.test)
           select c.id as test, c.key, c.suite, c.name, c.file, json_build_array(f.number, c.id::text) as keys
             from f join engine.test_cases c on c.id = f.test
            where ${isAfterBuild} and ${hasText('$3')}
            order by f.number desc, c.id limit $6`,
    values: valuesOf(reports, wish),
  })
  return rows
}

/** The condition for the next page of tests `c`, sorted by the build `f.number`, newest first. */
const isAfterBuild = '($4::int is null or (-f.number, c.id) > (-$4::int, $5::bigint))'

function valuesOf(reports: readonly CountedReport[], { q, after, limit }: Omit<TestWish, 'state'>): unknown[] {
  const numbers = reports.map(({ number }) => number)
  return [reports.map(({ id }) => id), numbers, q, after?.[0] ?? null, after?.[1] ?? null, limit]
}

/** Lists the quarantined tests by name. */
async function listQuarantined(
  database: Database,
  pipelineId: string,
  { q, after, limit }: Omit<TestWish, 'state'>,
): Promise<readonly ListedTest[]> {
  const { rows } = await database.query<ListedTest>({
    name: 'list-quarantined-tests',
    text: `select c.id as test, c.key, c.suite, c.name, c.file, ${nameKeys}
             from engine.quarantines u join engine.test_cases c on c.id = u.test
            where u.pipeline = $1::text and u.until > now()
              and (${suite}, ${name}, c.id) > ($3::text, $4::text, $5::bigint) and ${hasText('$2')}
            order by ${suite}, ${name}, c.id limit $6`,
    values: [pipelineId, q, after?.[0] ?? '', after?.[1] ?? '', after?.[2] ?? -1, limit],
  })
  return rows
}

/**
 * A condition: a newer build passed the test. It needs no check for a newer failure, since `f` is
 * the last failure.
 */
const laterPass = `
  select from engine.test_results y join w v on v.report = y.report
   where y.test = f.test and y.report >= f.newer and y.state = 'p' and v.number > f.number`
