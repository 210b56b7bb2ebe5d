/** Removes old test results: of passed tests after 30 days, others after 180. */
import { testsInUse } from '@harmont/engine'
import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { inBatches } from '../../platform/worker/in-batches.ts'
import { quarantineDays } from './quarantine.ts'

const dayMs = 24 * 3600 * 1000
const passedDays = 30
const otherDays = 180
/** Reports that no outcome has claimed within a day of their writing are unused. */
const unusedDays = 1
const batch = 5_000

export interface RemovedResults {
  readonly results: number
  readonly reports: number
  readonly tests: number
}

export const testCrontab = ['57 * * * * remove_old_test_results']

export function testTasks({ pool, log }: { readonly pool: pg.Pool; readonly log: Logger }): TaskList {
  return {
    remove_old_test_results: async () => {
      log.info(await removeOldResults(pool, new Date()), 'removed expired results of tests')
    },
  }
}

/** Each batch is one short statement, so the next run resumes after a crash. */
export async function removeOldResults(pool: pg.Pool, now: Date): Promise<RemovedResults> {
  const before = (days: number) => new Date(now.getTime() - days * dayMs)
  let results = 0
  let reports = 0
  const thin = 'at < $1 and not thinned'
  for (const id of await findReportIds(pool, thin, before(passedDays))) {
    results += await inBatches(batch, (limit) => removeResults(pool, id, "and state in ('p', 's')", limit))
    await pool.query('update engine.test_reports set thinned = true where id = $1', [id])
  }
  for (const [due, days] of [
    ['at < $1 and thinned', otherDays],
    ['at is null and written_at < $1', unusedDays],
  ] as const)
    for (const id of await findReportIds(pool, due, before(days))) {
      results += await inBatches(batch, (limit) => removeResults(pool, id, '', limit))
      await removeReport(pool, id)
      reports += 1
    }
  await pool.query('delete from engine.quarantines where until < $1', [before(quarantineDays)])
  return { results, reports, tests: results === 0 ? 0 : await removeUnusedTests(pool) }
}

async function findReportIds(database: Database, due: string, before: Date): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>(`select id from engine.test_reports where ${due}`, [before])
  return rows.map(({ id }) => id)
}

async function removeResults(database: Database, report: string, which: string, limit: number): Promise<number> {
  const { rowCount } = await database.query(
    `with old as materialized (select test from engine.test_results where report = $1 ${which} limit $2),
          verdicts as (delete from engine.test_verdicts where report = $1 and test in (select test from old))
     delete from engine.test_results where report = $1 and test = any(array(select test from old))`,
    [report, limit],
  )
  return rowCount ?? 0
}

/**
 * Removes a report without results, together with the runs that proved its tests and their logs.
 */
async function removeReport(database: Database, id: string): Promise<void> {
  await database.query(
    `with report as (delete from engine.test_reports where id = $1 returning job_id),
          runs as (delete from engine.proof_runs where job_id in (select job_id from report) returning id),
          chunks as (delete from engine.log_chunks where job_id in (select id from runs))
     delete from packed_logs where job_id in (select id from runs)`,
    [id],
  )
}

/** Removes tests without results, page by page. Returns how many. */
async function removeUnusedTests(pool: pg.Pool): Promise<number> {
  let removed = 0
  for (let after: string | null = '0'; after !== null; ) {
    const next: { readonly last: string | null; readonly removed: number } = await transaction(pool, (client) =>
      removeUnusedAfter(client, String(after)),
    )
    removed += next.removed
    after = next.last
  }
  return removed
}

async function removeUnusedAfter(
  client: Database,
  after: string,
): Promise<{ readonly last: string | null; readonly removed: number }> {
  // Results being written may refer to tests that have no results yet. While a writer holds the
  // lock, this run stops; the next one removes unused tests.
  const { rows: locked } = await client.query<{ free: boolean }>('select pg_try_advisory_xact_lock($1) as free', [
    testsInUse,
  ])
  if (locked[0]?.free !== true) return { last: null, removed: 0 }
  const { rows } = await client.query<{ last: string | null; removed: number }>(
    `with seen as (select id from engine.test_cases where id > $1 order by id limit $2),
          gone as (delete from engine.test_cases c using seen
                    where c.id = seen.id and not exists (select from engine.test_results x where x.test = c.id) returning c.id)
     select (select max(id) from seen) as last, (select count(*)::int from gone) as removed`,
    [after, batch],
  )
  return rows[0] ?? { last: null, removed: 0 }
}
