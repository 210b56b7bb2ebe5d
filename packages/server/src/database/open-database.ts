import { engineMigrations } from '@harmont/engine'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { DataDirectory } from '../data-directory/open-data-directory.ts'
import { migrateWorker } from '../worker/start-worker.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/supervisor.ts'
import { migrate, readMigrations } from './migrate.ts'
import { openPool } from './pool.ts'

export interface OpenDatabase {
  readonly pool: pg.Pool
  /** For whoever needs connections of its own. */
  readonly connection: pg.PoolConfig
  /** Every migration that this program knows. */
  readonly migrationNames: readonly string[]
  close(): Promise<void>
}

/** Connects to the database of the settings, or starts the embedded one, and brings its tables up to date. */
export async function openDatabase(url: string | null, directory: DataDirectory, log: Logger): Promise<OpenDatabase> {
  const embedded = url === null ? await startEmbedded(directory, log) : null
  const connection = embedded?.connection ?? { connectionString: url ?? '' }
  const pool = openPool({ ...connection, max: 20 }, log)
  try {
    const migrations = [...engineMigrations, ...(await readMigrations(`${import.meta.dirname}/migrations`, 'server'))]
    const ran = await migrate(pool, migrations)
    if (ran.length > 0) log.info({ migrations: ran }, 'the database was brought up to date')
    await migrateWorker(pool, log)
    const migrationNames = migrations.map(({ name }) => name)
    return { pool, connection, migrationNames, close: () => close(pool, embedded) }
  } catch (error) {
    await close(pool, embedded)
    throw error
  }
}

async function startEmbedded(directory: DataDirectory, log: Logger): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres(directory.database, await directory.secret('database-password'), log)
}

async function close(pool: pg.Pool, embedded: EmbeddedPostgres | null): Promise<void> {
  await pool.end()
  await embedded?.stop()
}
