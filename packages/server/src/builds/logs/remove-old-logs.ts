import type pg from 'pg'
import { inBatches } from '../../platform/worker/in-batches.ts'
import { emptyRemoved, markRemoved } from './retention-store.ts'

const dayMs = 24 * 3600 * 1000
/** A process goes by what it knows of a log for a minute (`job-logs.ts`): until long after that the bytes stay. */
const graceMs = 3600 * 1000
const batch = 500

export interface Removed {
  /** Logs that are read as removed from now on. */
  readonly logs: number
  /** Logs that were so an hour ago, and whose bytes are let go now. */
  readonly emptied: number
}

/**
 * Removes the logs of builds that ended more than so many days ago. Each batch is one statement, and each log is in one state or the other whenever the
 * process dies: nothing is to be cleared up.
 */
export async function removeOldLogs(pool: pg.Pool, keptDays: number | 'forever', now: Date): Promise<Removed> {
  const emptied = await inBatches(batch, (limit) => emptyRemoved(pool, new Date(now.getTime() - graceMs), limit))
  if (keptDays === 'forever') return { logs: 0, emptied }
  const endedBefore = new Date(now.getTime() - keptDays * dayMs)
  return { logs: await inBatches(batch, (limit) => markRemoved(pool, endedBefore, keptDays, limit)), emptied }
}
