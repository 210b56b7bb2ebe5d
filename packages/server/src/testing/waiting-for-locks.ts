import type { Database } from '../platform/database/transaction.ts'

/** Counts the connections that wait for an advisory lock of this database. */
export async function waitingForLocks(database: Database): Promise<number> {
  const { rowCount } = await database.query(
    `select from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`,
  )
  return rowCount ?? 0
}
