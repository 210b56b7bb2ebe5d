/**
 * The quarantine of tests (`engine.quarantines`): failures of quarantined tests fail their step
 * softly.
 */
import { stepOf } from '@harmont/engine'
import { testTitle } from '@harmont/logs'
import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import { type Actor, recordAudit, systemActor } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { readText } from '../../platform/worker/payload.ts'
import { countsForPipeline, findCountedReports } from './counted-reports.ts'
import { findCounted, type TestRow } from './store.ts'
import { passesInARow } from './summarise-test.ts'

/**
 * How long a test stays in quarantine without a new proof that it is flaky, and the maximum age of
 * a proof. Rows that ended longer ago are removed.
 */
export const quarantineDays = 14
const passesToLift = 50
/** The number of newest builds searched for these passes: some may not run the test. */
const buildsAsked = 200

export interface QuarantinedPipeline {
  readonly id: string
  readonly slug: string
  readonly organizationId: string
}

/** Quarantines a test, or restarts its time. */
export function addToQuarantine(
  pool: pg.Pool,
  actor: Actor,
  pipeline: QuarantinedPipeline,
  test: TestRow,
): Promise<void> {
  return transaction(pool, async (client) => {
    await client.query(
      `insert into engine.quarantines as q (test, pipeline, since, until) values ($1, $2, now(), now() + interval '${quarantineDays} days')
       on conflict (test) do update set until = greatest(q.until, excluded.until),
         since = case when q.until > now() then q.since else excluded.since end,
         proved_at = case when q.until > now() then q.proved_at end`,
      [test.test, pipeline.id],
    )
    await audit(client, actor, pipeline, 'test.quarantined', test)
  })
}

/** Lifts a quarantine; a later proof may restore it. */
export function liftQuarantine(
  pool: pg.Pool,
  actor: Actor,
  pipeline: QuarantinedPipeline,
  test: TestRow,
): Promise<void> {
  return transaction(pool, async (client) => {
    const text = 'update engine.quarantines set until = now() where test = $1 and until > now()'
    if ((await client.query(text, [test.test])).rowCount === 1)
      await audit(client, actor, pipeline, 'test.released', test)
  })
}

export interface QuarantineRow {
  readonly test: string
  readonly since: Date
  readonly until: Date
  readonly proved_at: Date | null
}

/** Finds the current quarantines of these tests, by test. */
export async function findQuarantines(
  database: Database,
  tests: readonly string[],
): Promise<ReadonlyMap<string, QuarantineRow>> {
  const { rows } = await database.query<QuarantineRow>({
    name: 'find-quarantines',
    text: 'select test, since, until, proved_at from engine.quarantines where test = any($1::bigint[]) and until > now()',
    values: [tests],
  })
  return new Map(rows.map((row) => [row.test, row]))
}

/** The tasks that run after proofs and ends of builds. */
export function quarantineTasks({ pool }: { readonly pool: pg.Pool }): TaskList {
  return {
    quarantine_proved_tests: (payload) => quarantineProved(pool, readText(payload, 'build_id')),
    lift_quarantines: (payload) => liftPassed(pool, readText(payload, 'build_id')),
  }
}

/**
 * Quarantines the tests that a default branch's build proved flaky, in steps with that option.
 * Idempotent: a proof from before a lift changes nothing.
 */
export function quarantineProved(pool: pg.Pool, buildId: string): Promise<void> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query<AddedRow>(
      `with proved as (
         select v.test, max(v.at) as at, p.id::text as pipeline, p.slug, p.organization_id, r.number
           from engine.test_reports t
           join build_records r on r.id = t.build_id
           join pipelines p on p.id = r.pipeline_id
           join engine.jobs j on j.id = t.job_id
           join engine.plans n on n.build_id = t.build_id
           join engine.test_verdicts v on v.report = t.id
          where t.build_id = $1 and t.at is not null and t.trusted and v.verdict = 'flaky'
            and (${stepOf('n', 'j')}->'tests'->>'quarantine')::boolean and ${countsForPipeline}
          group by v.test, p.id, r.number),
       active as (select q.test from engine.quarantines q join proved on proved.test = q.test where q.until > now()),
       kept as (
         insert into engine.quarantines as q (test, pipeline, since, until, proved_at)
         select test, pipeline, at, at + interval '${quarantineDays} days', at from proved where at > now() - interval '${quarantineDays} days'
         on conflict (test) do update set until = greatest(q.until, excluded.until),
           since = case when q.until > now() then q.since else excluded.since end,
           proved_at = greatest(q.proved_at, excluded.proved_at)
         where q.until > now() or q.until <= excluded.proved_at
         returning test)
       select c.suite, c.name, c.file, c.key, proved.slug, proved.organization_id, proved.number
         from kept join proved using (test) join engine.test_cases c on c.id = kept.test
        where kept.test not in (select test from active)`,
      [buildId],
    )
    for (const { slug, organization_id: organizationId, number, ...test } of rows)
      await audit(client, systemActor, { slug, organizationId }, 'test.quarantined', test, { build: number })
  })
}

interface AddedRow extends Pick<TestRow, 'suite' | 'name' | 'file' | 'key'> {
  readonly slug: string
  readonly organization_id: string
  readonly number: number
}

/**
 * Lifts the quarantine of tests with enough passes since its start. Runs when a build has ended.
 */
export async function liftPassed(pool: pg.Pool, buildId: string): Promise<void> {
  const { rows: tests } = await pool.query<LiftedRow>(
    `select q.test, q.since, q.pipeline, c.key, c.suite, c.name, c.file, p.slug, p.organization_id
       from build_records r join pipelines p on p.id = r.pipeline_id
       join engine.quarantines q on q.pipeline = p.id::text and q.until > now()
       join engine.test_cases c on c.id = q.test
      where r.id = $1`,
    [buildId],
  )
  const [first] = tests
  if (first === undefined) return
  const reports = await findCountedReports(pool, first.pipeline, buildsAsked)
  const ids = tests.map(({ test }) => test)
  const results = Map.groupBy(await findCounted(pool, ids, reports), ({ test }) => test)
  for (const row of tests) {
    if (passesInARow(results.get(row.test) ?? [], reports, row.since) < passesToLift) continue
    const pipeline = { id: row.pipeline, slug: row.slug, organizationId: row.organization_id }
    await liftQuarantine(pool, systemActor, pipeline, row)
  }
}

interface LiftedRow extends TestRow {
  readonly since: Date
  readonly pipeline: string
  readonly slug: string
  readonly organization_id: string
}

function audit(
  client: Database,
  actor: Actor,
  { slug, organizationId }: Pick<QuarantinedPipeline, 'slug' | 'organizationId'>,
  action: 'test.quarantined' | 'test.released',
  test: Pick<TestRow, 'suite' | 'name' | 'file' | 'key'>,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const details = { pipeline: slug, test: test.key, ...more }
  return recordAudit(client, actor, { organizationId, action, subject: testTitle(test), details })
}
