import type pg from 'pg'
import type { Logger } from 'pino'
import { openDataDirectory } from '../data-directory/open-data-directory.ts'
import type { Settings } from '../settings/read-settings.ts'
import { runningPostmaster } from './embedded/postmaster.ts'
import { reachRunning } from './embedded/supervisor.ts'
import { openDatabase } from './open-database.ts'
import { openPool } from './pool.ts'

/** Does one thing in the server's database for its operator, whether the server runs just now or not. Nothing of a running server changes hands. */
export async function visitDatabase<T>(
  settings: Settings,
  log: Logger,
  visit: (pool: pg.Pool) => Promise<T>,
): Promise<T> {
  const directory = await openDataDirectory(settings.dataDirectory)
  if (settings.databaseUrl === null && (await runningPostmaster(directory.database)) !== undefined) {
    const { connection, close } = reachRunning(directory.database, await directory.secret('database-password'))
    const pool = openPool({ ...connection, max: 1 }, log)
    try {
      return await visit(pool)
    } finally {
      await pool.end()
      close()
    }
  }
  const database = await openDatabase(settings.databaseUrl, directory, log)
  try {
    return await visit(database.pool)
  } finally {
    await database.close()
  }
}
