/**
 * Backs up all data of a server that is not machine-specific, as of one instant, while the server
 * runs.
 */
import type pg from 'pg'
import { recordAudit, systemActor } from '../../platform/audit/record-audit.ts'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { SettingsError } from '../../platform/settings/read-settings.ts'
import { version } from '../../platform/version.ts'
import { type ArchiveWriter, createArchive } from './archive-writer.ts'
import { listSequences, listTables, quoted, quotedColumns, type TableColumns } from './catalog-store.ts'
import { copyBlobsOut, listBlobs } from './copy-blobs.ts'
import { copyOut, plainText } from './copy-rows.ts'
import { copySecretsOut } from './copy-secrets.ts'
import { copyTasksOut } from './copy-tasks.ts'
import { lockBlobs } from './lock-blobs.ts'
import { manifestName, writeManifest } from './manifest.ts'
import { megabytes, showProgress } from './progress.ts'
import { entryOf } from './table-entry.ts'

interface BackupSource {
  readonly pool: pg.Pool
  readonly blobs: BlobStore
  /** The directory of the generated secrets. */
  readonly secrets: string
}

export interface BackupFacts {
  readonly bytes: number
  readonly blobs: number
  /** Blobs that rows refer to but that do not exist, because the server is damaged. */
  readonly missing: readonly string[]
  readonly secrets: readonly string[]
}

/**
 * Writes a backup to a path, which appears once the backup is complete. Throws a SettingsError if
 * there is nothing to back up.
 */
export async function writeBackup(source: BackupSource, path: string, signal: AbortSignal): Promise<BackupFacts> {
  const client = await source.pool.connect()
  try {
    await requireServer(client)
    await lockBlobs(client)
    // Recorded first: the audit log must show that the server's keys were exported, even if the
    // backup then fails.
    await recordAudit(client, systemActor, { organizationId: null, action: 'server.backed_up', subject: path })
    const writer = await createArchive(path, signal)
    try {
      return await fill(client, source, writer)
    } finally {
      await writer.abort()
    }
  } finally {
    client.release(true) // also releases its lock, and ends an open transaction
  }
}

async function fill(
  client: pg.PoolClient,
  { blobs, secrets }: BackupSource,
  writer: ArchiveWriter,
): Promise<BackupFacts> {
  const missing: string[] = []
  let done = 0
  let at = ''
  const progress = showProgress(() => `backup: ${megabytes(writer.writtenBytes())} written; ${at}`)
  try {
    await client.query(`begin isolation level repeatable read read only; set local statement_timeout = 0; ${plainText}`)
    const tables = await listTables(client)
    await writer.add(manifestName, writeManifest(await describe(client, tables)))
    const names = await copySecretsOut(secrets, writer)
    await listBlobs(client, tables)
    for (const table of tables) {
      const entry = entryOf(table)
      if (entry === null) continue
      at = entry
      await copyOut(client, `select ${quotedColumns(table)} from ${quoted(table)}`, writer, entry)
    }
    await copyTasksOut(client, writer)
    // Ends the transaction early, so that the database can vacuum old rows.
    await client.query('commit')
    await copyBlobsOut(client, blobs, writer, (name, isThere) => {
      if (!isThere) missing.push(name)
      done += 1
      at = `${done} blobs`
    })
    await writer.finish()
    return { bytes: writer.writtenBytes(), blobs: done - missing.length, missing, secrets: names }
  } finally {
    progress.stop()
  }
}

async function describe(client: pg.PoolClient, tables: readonly TableColumns[]) {
  const { rows } = await client.query<{ name: string; at: Date }>(
    'select name, now() as at from migrations order by name',
  )
  return {
    release: version,
    madeAt: (rows[0]?.at ?? new Date()).toISOString(),
    migrations: rows.map(({ name }) => name),
    tables: tables.filter((table) => entryOf(table) !== null),
    sequences: await listSequences(client),
  }
}

async function requireServer(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>(
    "select to_regclass('public.migrations') is not null and to_regclass('graphile_worker._private_jobs') is not null as there",
  )
  if (rows[0]?.there !== true)
    throw new SettingsError('backup: the database is empty. Start the server once before you back it up.')
}
