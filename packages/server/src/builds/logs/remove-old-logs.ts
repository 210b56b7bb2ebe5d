import type pg from 'pg'
import type { Database } from '../../platform/database/transaction.ts'
import { inBatches } from '../../platform/worker/in-batches.ts'

const dayMs = 24 * 3600 * 1000
/** Keeps the bytes well beyond the minute for which `job-logs.ts` trusts an open log. */
const graceMs = 3600 * 1000
const batch = 500

export interface Removed {
  /** The number of logs that were marked as removed. */
  readonly logs: number
  /** The number of logs that were marked an hour ago and whose bytes were deleted. */
  readonly emptied: number
}

/**
 * Removes the logs of builds that ended more than `keptDays` ago. Each batch is one statement, so a
 * crash leaves each log in one state or the other.
 */
export async function removeOldLogs(pool: pg.Pool, keptDays: number | 'forever', now: Date): Promise<Removed> {
  const emptied = await inBatches(batch, (limit) => emptyRemoved(pool, new Date(now.getTime() - graceMs), limit))
  if (keptDays === 'forever') return { logs: 0, emptied }
  const endedBefore = new Date(now.getTime() - keptDays * dayMs)
  return { logs: await inBatches(batch, (limit) => markRemoved(pool, endedBefore, keptDays, limit)), emptied }
}

/**
 * Marks at most `limit` logs of builds that ended before an instant as removed, in the order of
 * packing. Skips logs that another process has locked. Returns how many.
 */
export async function markRemoved(
  database: Database,
  endedBefore: Date,
  keptDays: number,
  limit: number,
): Promise<number> {
  const { rowCount } = await database.query({
    name: 'mark-logs-removed',
    text: markText,
    values: [endedBefore, keptDays, limit],
  })
  return rowCount ?? 0
}

/** Filters by packing time first: a log is packed before its build ends. */
const markText = `with due as (
    select p.job_id from packed_logs p join engine.jobs j on j.id = p.of_job join engine.builds b on b.id = j.build_id
     where p.removed_at is null and p.bytes > 0 and p.packed_at < $1 and b.finished_at < $1
     order by p.packed_at limit $3 for update of p skip locked)
  update packed_logs set removed_at = now(), kept_days = $2 where job_id = any(array(select job_id from due))`

/** Deletes the bytes of logs that were marked as removed before an instant. Returns how many. */
export async function emptyRemoved(database: Database, markedBefore: Date, limit: number): Promise<number> {
  const { rowCount } = await database.query({
    name: 'empty-removed-logs',
    text: emptyText,
    values: [markedBefore, limit],
  })
  return rowCount ?? 0
}

const emptyText = `with due as (
    select job_id from packed_logs where removed_at < $1 and index is not null order by removed_at limit $2 for update skip locked),
  unnamed as (delete from packed_log_parts where job_id = any(array(select job_id from due)))
  update packed_logs set blob = null, small = null, index = null, parts = null where job_id = any(array(select job_id from due))`
