import type { Database } from './transaction.ts'

/** Returns the current time of the database, which dates rows. */
export async function databaseTime(database: Database): Promise<Date> {
  const { rows } = await database.query<{ at: Date }>("select date_trunc('milliseconds', now()) as at")
  const [row] = rows
  if (row === undefined) throw new Error('the database returned no time')
  return row.at
}
