import type pg from 'pg'
import type { Logger } from 'pino'
import { type DataDirectory, openDataDirectory } from '../data-directory/open-data-directory.ts'
import type { Settings } from '../settings/read-settings.ts'
import { runningPostmaster } from './embedded/postmaster.ts'
import { reachRunning } from './embedded/supervisor.ts'
import { openDatabase, type ReachedDatabase, reachDatabase } from './open-database.ts'
import { openPool } from './pool.ts'

/** Does one thing in the server's database for its operator, whether the server runs just now or not. Nothing of a running server changes hands. */
export async function visitDatabase<T>(
  settings: Settings,
  log: Logger,
  visit: (pool: pg.Pool) => Promise<T>,
): Promise<T> {
  const directory = await openDataDirectory(settings.dataDirectory)
  const database =
    (await reachRunningServers(settings, directory, log)) ?? (await openDatabase(settings.databaseUrl, directory, log))
  return during(database, visit)
}

/** The same in a database as it is: one of an earlier release stays that. */
export async function visitAsItIs<T>(
  settings: Settings,
  directory: DataDirectory,
  log: Logger,
  visit: (pool: pg.Pool) => Promise<T>,
): Promise<T> {
  const database =
    (await reachRunningServers(settings, directory, log)) ?? (await reachDatabase(settings.databaseUrl, directory, log))
  return during(database, visit)
}

/** The embedded database while a server runs it; undefined when none does. */
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
