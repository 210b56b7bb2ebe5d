import type { Database } from '../database/transaction.ts'
import type { BlobStore } from './blob-store.ts'

/** The columns that refer to blobs: of builds, packed and running logs, parts of artifacts and of layers. */
const columns = [
  { table: 'build_records', column: 'source_blob' },
  { table: 'packed_logs', column: 'blob' },
  { table: 'packed_log_parts', column: 'blob' },
  { table: 'engine.log_chunks', column: 'blob' },
  { table: 'artifact_parts', column: 'blob' },
  { table: 'layer_parts', column: 'blob' },
] as const

/**
 * Selects every reference to a blob. Blobs without a reference may be removed, and are in no
 * backup. `isThere` leaves out columns that the database of an earlier release lacks.
 */
export function blobReferences(isThere: (table: string, column: string) => boolean = () => true): string {
  return columns
    .filter(({ table, column }) => isThere(table, column))
    .map(({ table, column }) => `select ${column} as blob from ${table} where ${column} is not null`)
    .join(' union all ')
}

/**
 * Selects some of the newest blobs with the indexes of retention, so that the start of a server
 * stays fast.
 */
const newestBlobs = `
  (select source_blob as blob from build_records where source_blob is not null order by created_at desc limit 10)
  union all
  (select blob from (
     select blob from packed_logs where removed_at is null and bytes > 0 order by packed_at desc limit 200) p
    where blob is not null limit 10)`

/**
 * Checks whether the newest blobs exist. A store lacks them if it was configured by mistake, or
 * before the blobs were copied to it. Returns the numbers of expected and of missing blobs.
 */
export async function lookForBlobs(
  database: Database,
  blobs: BlobStore,
): Promise<{ readonly wanted: number; readonly missing: number }> {
  const { rows } = await database.query<{ blob: string }>(newestBlobs)
  const sizes = await Promise.all(rows.map(({ blob }) => blobs.size(blob)))
  return { wanted: rows.length, missing: sizes.filter((size) => size === undefined).length }
}
