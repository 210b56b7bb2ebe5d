import type { Database } from '../../platform/database/transaction.ts'

/**
 * Forgets the archives of builds that ended, and were wanted last, before an instant: so many at the most, the oldest builds first, and none that another
 * process is at. Gives how many.
 */
export async function forgetSources(database: Database, before: Date, limit: number): Promise<number> {
  const { rowCount } = await database.query({ name: 'forget-sources', text: forgetText, values: [before, limit] })
  return rowCount ?? 0
}

/** A build that ended before an instant was made before it. */
const forgetText = `with due as (
    select r.id from build_records r join engine.builds b on b.id = r.id
     where r.source_blob is not null and r.created_at < $1 and b.finished_at < $1 and (r.source_wanted_at is null or r.source_wanted_at < $1)
     order by r.created_at limit $2 for update of r skip locked)
  update build_records set source_blob = null, source_removed_at = now() where id = any(array(select id from due))`

/** Keeps the source archive of a build for its whole time again; false when it is gone. Both lock the row: it is kept or it is gone, for everybody. */
export async function prolongSource(database: Database, buildId: string): Promise<boolean> {
  const { rowCount } = await database.query(
    'update build_records set source_wanted_at = now() where id = $1 and source_blob is not null',
    [buildId],
  )
  return rowCount === 1
}

/** When the source archive of a build was removed; null for one that never was. */
export async function sourceRemovedAt(database: Database, buildId: string): Promise<Date | null> {
  const { rows } = await database.query<{ source_removed_at: Date | null }>(
    'select source_removed_at from build_records where id = $1',
    [buildId],
  )
  return rows[0]?.source_removed_at ?? null
}
