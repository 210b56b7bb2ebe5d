/**
 * Ensures that all servers of a database use one blob store. Each server announces its store in the
 * database.
 */
import { createHash } from 'node:crypto'
import type pg from 'pg'
import { type DataDirectory, generatedSecret } from '../data-directory/open-data-directory.ts'
import { formatBlobPlace } from '../settings/blob-settings.ts'
import { type Settings, SettingsError } from '../settings/read-settings.ts'

/** Begins the names of a process's connections, by which other processes identify it. */
const prefix = 'harmont-engine '

/**
 * Returns the name of a server's connections, which identifies its blob store. A directory contains
 * a generated id, so that it is recognized under any path.
 */
export async function connectionName(
  { blobPlace: place }: Pick<Settings, 'blobPlace'>,
  directory: Pick<DataDirectory, 'blobs'>,
): Promise<string> {
  if (place?.kind !== 's3') return prefix + (await generatedSecret(place?.path ?? directory.blobs, 'place'))
  return prefix + createHash('sha256').update(formatBlobPlace(place)).digest('base64url')
}

/**
 * Refuses to start beside servers with another blob store, since each would lack the others' blobs.
 * An embedded database started by this process has no other servers.
 */
export async function requireOnePlace(
  database: pg.Pool,
  own: string,
  { databaseUrl }: Pick<Settings, 'databaseUrl'>,
): Promise<void> {
  if (databaseUrl === null) return
  const { rowCount } = await database.query(
    `select from pg_stat_activity where datname = current_database() and starts_with(application_name, $1) and application_name <> $2 limit 1`,
    [prefix, own],
  )
  if (rowCount === 0) return
  throw new SettingsError(
    'HARMONT_BLOB_URL: another process on this database has its blobs elsewhere, so each would lack those of the other. Give all of them one directory (HARMONT_DATA_DIR or HARMONT_BLOB_URL) or one bucket; to move the blobs, stop all of them first.',
  )
}
