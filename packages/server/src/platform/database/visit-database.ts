import type pg from 'pg'
import type { Logger } from 'pino'
import { type DataDirectory, openDataDirectory } from '../data-directory/open-data-directory.ts'
import type { Settings } from '../settings/read-settings.ts'
import { runningPostmaster } from './embedded/postmaster.ts'
import { reachRunning } from './embedded/supervisor.ts'
import { openDatabase, type ReachedDatabase, reachDatabase } from './open-database.ts'
import { openPool } from './pool.ts'

/**
 * Connects to the server's database for an operator's command, whether or not the server is
 * running. The embedded database of a running server keeps running.
 */
export async function withDatabase<T>(
  settings: Settings,
  log: Logger,
  visit: (pool: pg.Pool) => Promise<T>,
): Promise<T> {
  const directory = await openDataDirectory(settings.dataDirectory)
  const database =
    (await reachRunningServers(settings, directory, log)) ?? (await openDatabase(settings.databaseUrl, directory, log))
  return during(database, visit)
}

/** Connects to the database without migrating it. */
export async function withUnmigratedDatabase<T>(
  settings: Settings,
  directory: DataDirectory,
  log: Logger,
  visit: (pool: pg.Pool) => Promise<T>,
): Promise<T> {
  const database =
    (await reachRunningServers(settings, directory, log)) ?? (await reachDatabase(settings.databaseUrl, directory, log))
  return during(database, visit)
}

/** Connects to the embedded database of a running server. Returns undefined if none is running. */
async function reachRunningServers(
  { databaseUrl }: Settings,
  directory: DataDirectory,
  log: Logger,
): Promise<Pick<ReachedDatabase, 'pool' | 'close'> | undefined> {
  if (databaseUrl !== null || (await runningPostmaster(directory.database)) === undefined) return undefined
  const { connection, close } = reachRunning(directory.database, await directory.secret('database-password'))
  const pool = openPool({ ...connection, max: 1 }, log)
  return {
    pool,
    async close() {
      await pool.end()
      close()
    },
  }
}

async function during<T>(
  { pool, close }: Pick<ReachedDatabase, 'pool' | 'close'>,
  visit: (pool: pg.Pool) => Promise<T>,
): Promise<T> {
  try {
    return await visit(pool)
  } finally {
    await close()
  }
}
