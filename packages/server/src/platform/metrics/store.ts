import type { Database } from '../database/transaction.ts'

/** What there is to do. */
export interface WorkCounts {
  readonly waiting: number
  readonly running: number
  readonly unfinished: number
  readonly tasks: number
}

/** Counts in tables and indexes that hold live work only. */
export async function countWork(database: Database): Promise<WorkCounts> {
  const { rows } = await database.query<WorkCounts>({
    name: 'count-work',
    text: `select (select count(*)::int from engine.ready) as waiting,
                  (select count(*)::int from engine.leases) as running,
                  (select count(*)::int from engine.builds where finished_at is null) as unfinished,
                  (select count(*)::int from graphile_worker.jobs) as tasks`,
  })
  const [row] = rows
  if (row === undefined) throw new Error('a select without from gives one row')
  return row
}
