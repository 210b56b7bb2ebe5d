/**
 * Restores a backup on a machine without a server. A failed restore leaves nothing behind. A killed
 * restore leaves a mark that lets the next one start over.
 */
import pg from 'pg'
import type { Logger } from 'pino'
import { openUsableBlobs } from '../../platform/blobs/open-blobs.ts'
import { type DataDirectory, makeDataDirectory } from '../../platform/data-directory/open-data-directory.ts'
import { readRestoreMark, removeRestoreMark } from '../../platform/data-directory/restore-mark.ts'
import type { Migration } from '../../platform/database/migrate.ts'
import { reachDatabase, readAllMigrations } from '../../platform/database/open-database.ts'
import { openPool } from '../../platform/database/pool.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { createSealer } from '../../platform/encryption/seal.ts'
import { type Settings, SettingsError } from '../../platform/settings/read-settings.ts'
import { version } from '../../platform/version.ts'
import { migrateWorker } from '../../platform/worker/supervise-worker.ts'
import { opensSealed } from '../../streams/logs/log-token-secrets.ts'
import { type ArchiveReader, openArchive, readWhole } from './archive-reader.ts'
import { claimDirectory, requireClaimable } from './claim-directory.ts'
import { copyBlobsIn } from './copy-blobs.ts'
import { copySecretsIn } from './copy-secrets.ts'
import { type Manifest, manifestName, readManifest } from './manifest.ts'
import { megabytes, showProgress } from './progress.ts'
import { requireEmptyDatabase, restoreDatabase, wasRestored } from './restore-database.ts'

interface Restored {
  readonly manifest: Manifest
  readonly blobs: number
  /** Whether an earlier restore had finished but was killed before it reported success. */
  readonly before: boolean
}

interface Restoring {
  readonly settings: Settings
  readonly directory: DataDirectory
  readonly manifest: Manifest
  readonly migrations: readonly Migration[]
  readonly log: Logger
  readonly id: string
}

/**
 * Restores a backup into the data directory and the database of the settings, which must be empty.
 * Throws a SettingsError with a remedy.
 */
export async function restoreBackup(
  path: string,
  settings: Settings,
  log: Logger,
  signal: AbortSignal,
): Promise<Restored> {
  const migrations = await readAllMigrations()
  const { dataDirectory, databaseUrl } = settings
  const manifest = await withArchive(path, 'checked', signal, async (reader) => {
    const first = await readFirst(reader, migrations)
    if (databaseUrl !== null && (await endedBefore(dataDirectory, databaseUrl, log))) return { ...first, before: true }
    await requireClaimable(settings)
    await readThrough(reader)
    return { ...first, before: false }
  })
  if (manifest.before) return { manifest, blobs: 0, before: true }
  const claim = await claimDirectory(settings)
  try {
    const directory = await makeDataDirectory(dataDirectory)
    const restoring = { settings, directory, manifest, migrations, log, id: claim.mark.id }
    const blobs = await withArchive(path, 'restored', signal, async (reader) => {
      await readFirst(reader, migrations)
      return fill(reader, restoring)
    })
    await claim.keep()
    return { manifest, blobs, before: false }
  } catch (error) {
    await claim.giveUp()
    if (!(error instanceof pg.DatabaseError)) throw error
    throw new SettingsError(
      `restore: the database rejected the backup: ${error.message}. Nothing was restored; use another copy or an earlier backup.`,
    )
  }
}

async function withArchive<T>(
  path: string,
  done: string,
  signal: AbortSignal,
  read: (reader: ArchiveReader) => Promise<T>,
): Promise<T> {
  const reader = await openArchive(path, signal)
  const progress = showProgress(() => `restore: ${megabytes(reader.readBytes())} of ${megabytes(reader.size)} ${done}`)
  try {
    return await read(reader)
  } finally {
    progress.stop()
    await reader.close()
  }
}

/**
 * Reads the file to the digest at its end, so that damage is reported before anything is changed.
 */
async function readThrough(reader: ArchiveReader): Promise<void> {
  for (let entry = await reader.next(); entry !== undefined; entry = await reader.next())
    for await (const chunk of entry.bytes) void chunk
}

async function readFirst(reader: ArchiveReader, migrations: readonly Migration[]): Promise<Manifest> {
  const first = await reader.next()
  if (first?.name !== manifestName)
    throw new SettingsError(`restore: expected a backup of Harmont, got a file that begins with \`${first?.name}\`.`)
  return readManifest(await readWhole(first), { release: version, migrations: migrations.map(({ name }) => name) })
}

/**
 * Checks an external database before anything is changed. It must be empty, or have been filled by
 * a restore into this directory that was killed after its last step.
 */
async function endedBefore(dataDirectory: string, url: string, log: Logger): Promise<boolean> {
  const mark = await readRestoreMark(dataDirectory)
  const pool = openPool({ connectionString: url, max: 1 }, log)
  try {
    if (mark === null || !(await wasRestored(pool, mark.id))) {
      await requireEmptyDatabase(pool)
      return false
    }
    await removeRestoreMark(dataDirectory)
    return true
  } finally {
    await pool.end()
  }
}

/**
 * Restores everything in the order of the backup. Returns the number of blobs. The database is
 * filled last: until then it is empty.
 */
async function fill(reader: ArchiveReader, restoring: Restoring): Promise<number> {
  const { settings, directory, log } = restoring
  await copySecretsIn(directory.secrets, reader)
  const { pool, close } = await reachDatabase(settings.databaseUrl, directory, log)
  try {
    await migrateWorker(pool, log)
    const client = await pool.connect()
    try {
      return await fillWithin(client, reader, restoring)
    } finally {
      client.release(true) // also ends an open transaction
    }
  } finally {
    await close()
  }
}

async function fillWithin(client: pg.PoolClient, reader: ArchiveReader, restoring: Restoring): Promise<number> {
  const { settings, directory } = restoring
  // The transaction stays open while blobs are read, however long that takes.
  await client.query('begin; set local idle_in_transaction_session_timeout = 0; set local statement_timeout = 0')
  await requireEmptyDatabase(client)
  await restoreDatabase(client, reader, restoring)
  await requireKey(client, settings, directory)
  let count = 0
  const blobs = await openUsableBlobs(settings, directory, (error) => {
    throw new SettingsError(`restore: ${error.message}. Run it again when the store is available.`, { cause: error })
  })
  await copyBlobsIn(blobs, reader, () => {
    count += 1
  })
  const more = await reader.next()
  if (more !== undefined)
    throw new SettingsError(`restore: the backup contains \`${more.name}\`, which does not belong in a backup.`)
  await client.query('commit')
  return count
}

/** Fails if the restored server could not decrypt its database. */
async function requireKey(
  database: Database,
  { encryptionKey }: Pick<Settings, 'encryptionKey'>,
  directory: Pick<DataDirectory, 'secret'>,
): Promise<void> {
  const sealer = createSealer(encryptionKey ?? (await directory.secret('encryption')))
  if (!(await opensSealed(database, sealer)))
    throw new SettingsError(
      'HARMONT_ENCRYPTION_KEY: expected the key of the server that was backed up, which its secrets are encrypted with. Set it to the same value as there; leave it unset if it was unset there.',
    )
}
