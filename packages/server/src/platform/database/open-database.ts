import { fileURLToPath } from 'node:url'
import { engineMigrations } from '@harmont/engine'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { DataDirectory } from '../data-directory/open-data-directory.ts'
import { migrateWorker } from '../worker/supervise-worker.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/supervisor.ts'
import { type Migration, migrate, readMigrations } from './migrate.ts'
import { openPool } from './pool.ts'

/** A connected database. An embedded one runs until `close`. */
export interface ReachedDatabase {
  readonly pool: pg.Pool
  /** For callers that need connections of their own. */
  readonly connection: pg.PoolConfig
  close(): Promise<void>
}

export interface OpenDatabase extends ReachedDatabase {
  /** Every migration of this program. */
  readonly migrationNames: readonly string[]
}

/** Connects to the database of the settings, or starts the embedded one, without changing it. */
export async function reachDatabase(
  url: string | null,
  directory: DataDirectory,
  log: Logger,
): Promise<ReachedDatabase> {
  const embedded = url === null ? await startEmbedded(directory, log) : null
  const connection = embedded?.connection ?? { connectionString: url ?? '' }
  const pool = openPool({ ...connection, max: 20 }, log)
  return { pool, connection, close: () => close(pool, embedded) }
}

/** Connects to the database and migrates it. */
export async function openDatabase(url: string | null, directory: DataDirectory, log: Logger): Promise<OpenDatabase> {
  const reached = await reachDatabase(url, directory, log)
  try {
    return { ...reached, migrationNames: await migrateDatabase(reached.pool, log) }
  } catch (error) {
    await reached.close()
    throw error
  }
}

/**
 * Migrates the tables of the server and of its background worker. Returns the names of all
 * migrations.
 */
export async function migrateDatabase(pool: pg.Pool, log: Logger): Promise<readonly string[]> {
  const migrations = await readAllMigrations()
  const ran = await migrate(pool, migrations)
  if (ran.length > 0) log.info({ migrations: ran }, 'database migrated')
  await migrateWorker(pool, log)
  return migrations.map(({ name }) => name)
}

/** Returns every migration of this program, in order. */
export async function readAllMigrations(): Promise<readonly Migration[]> {
  return [
    ...engineMigrations,
    ...(await readMigrations(fileURLToPath(new URL('migrations', import.meta.url)), 'server')),
  ]
}

async function startEmbedded(directory: DataDirectory, log: Logger): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres(directory.database, await directory.secret('database-password'), log)
}

async function close(pool: pg.Pool, embedded: EmbeddedPostgres | null): Promise<void> {
  await pool.end()
  await embedded?.stop()
}
