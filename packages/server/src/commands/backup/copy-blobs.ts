/** Copies the blobs that the rows of a backup refer to. */
import type pg from 'pg'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { blobReferences } from '../../platform/blobs/references.ts'
import { SettingsError } from '../../platform/settings/read-settings.ts'
import type { ArchiveReader } from './archive-reader.ts'
import type { ArchiveWriter } from './archive-writer.ts'
import type { TableColumns } from './catalog-store.ts'

const folder = 'blobs/'
const namePattern = /^blobs\/[0-9a-f-]{36}$/
const namesAtOnce = 1000
/** The most blobs that are flushed to the disk at a time. */
const syncsAtOnce = 16

/** Lists the blobs that the transaction sees in use, in a cursor that outlives the transaction. */
export async function listBlobs(client: pg.PoolClient, tables: readonly TableColumns[]): Promise<void> {
  const columns = new Set(
    tables.flatMap(({ schema, name, columns }) =>
      columns.map((column) => `${schema === 'public' ? name : `${schema}.${name}`}.${column}`),
    ),
  )
  const references = blobReferences((table, column) => columns.has(`${table}.${column}`))
  await client.query(
    `declare blobs_of_backup cursor with hold for select distinct blob from (${references}) r order by blob`,
  )
}

/** Writes the listed blobs. Calls `onBlob` for each, with false for a missing one. */
export async function copyBlobsOut(
  client: pg.PoolClient,
  blobs: BlobStore,
  writer: ArchiveWriter,
  onBlob: (name: string, isThere: boolean) => void,
): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ blob: string }>(`fetch ${namesAtOnce} from blobs_of_backup`)
    if (rows.length === 0) break
    for (const { blob } of rows) {
      const size = await blobs.size(blob)
      if (size !== undefined) await writer.addStream(`${folder}${blob}`, size, blobs.open(blob))
      onBlob(blob, size !== undefined)
    }
  }
  await client.query('close blobs_of_backup')
}

/** Stores the blobs of a backup, each under its name. Resolves once all are on the disk. */
export async function copyBlobsIn(blobs: BlobStore, reader: ArchiveReader, onBlob: () => void): Promise<void> {
  const finishing = new Set<Promise<unknown>>()
  try {
    while ((await reader.peek())?.name.startsWith(folder)) {
      const entry = await reader.next()
      if (entry === undefined) break
      if (!namePattern.test(entry.name))
        throw new SettingsError(`restore: expected blobs in the backup, got \`${entry.name}\`.`)
      const writer = await blobs.create(entry.name.slice(folder.length))
      try {
        for await (const chunk of entry.bytes) await writer.write(chunk)
      } catch (error) {
        await writer.abort()
        throw error
      }
      const finished: Promise<unknown> = writer.finish().then(() => finishing.delete(finished))
      finishing.add(finished)
      // Awaited below. Until then, a rejection must not end the process.
      finished.catch(() => undefined)
      if (finishing.size >= syncsAtOnce) await Promise.race(finishing)
      onBlob()
    }
  } finally {
    await Promise.allSettled(finishing)
  }
  await Promise.all(finishing)
}
