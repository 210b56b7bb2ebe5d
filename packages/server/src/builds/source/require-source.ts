import type { BuildSource } from '@harmont/engine'
import type { Database } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'

/**
 * Requires the source of a build that may have ended long ago, and prolongs its retention. Call
 * this before creating anything that needs it. Throws 409 `source_gone` if it was removed. A source
 * in a repository or at an address can be fetched again, so it always passes.
 */
export async function requireSource(database: Database, buildId: string, source: BuildSource | null): Promise<void> {
  if (source?.kind !== 'archive' || (await prolongSource(database, buildId))) return
  const removedAt = await sourceRemovedAt(database, buildId)
  const when = removedAt === null ? 'was removed' : `was removed on ${removedAt.toISOString().slice(0, 10)}`
  throw apiError(
    'source_gone',
    `The source archive of this build ${when}: sources are kept for a time after the end of a build. Submit its files as a new build, with \`hm run --cloud\`.`,
  )
}

/**
 * Restarts the retention time of a build's source archive; returns false if it was removed. Locks
 * the row like the removal, so that exactly one of the two takes effect.
 */
export async function prolongSource(database: Database, buildId: string): Promise<boolean> {
  const { rowCount } = await database.query(
    'update build_records set source_wanted_at = now() where id = $1 and source_blob is not null',
    [buildId],
  )
  return rowCount === 1
}

/** Finds when the source archive of a build was removed; null if it never was. */
async function sourceRemovedAt(database: Database, buildId: string): Promise<Date | null> {
  const { rows } = await database.query<{ source_removed_at: Date | null }>(
    'select source_removed_at from build_records where id = $1',
    [buildId],
  )
  return rows[0]?.source_removed_at ?? null
}
