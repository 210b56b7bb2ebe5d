import type pg from 'pg'
import { mayRemoveBlobs } from '../commands/backup/lock-blobs.ts'
import type { BlobStore } from '../platform/blobs/blob-store.ts'
import { blobReferences } from '../platform/blobs/references.ts'
import { type Database, transaction } from '../platform/database/transaction.ts'

/** The most blobs of one call of `removeUnused`. */
export const removedAtOnce = 500

/**
 * Removes those of a few blobs that have no references. Removes none during a backup, which may
 * refer to them. Returns the number of removed blobs.
 */
export async function removeUnused(pool: pg.Pool, blobs: BlobStore, names: readonly string[]): Promise<number> {
  return transaction(pool, async (client) => {
    if (!(await mayRemoveBlobs(client))) return 0
    const used = await blobsInUse(client, names)
    const orphans = names.filter((name) => !used.has(name))
    // In parallel, because a backup waits for the end of the transaction, and PostgreSQL ends one
    // that is idle for long.
    await Promise.all(orphans.map((name) => blobs.remove(name)))
    return orphans.length
  })
}

/** Returns the names of blobs with references. */
export async function blobsInUse(database: Database, names: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await database.query<{ blob: string }>(
    `select distinct blob from (${blobReferences()}) r where blob = any($1)`,
    [names],
  )
  return new Set(rows.map(({ blob }) => blob))
}
