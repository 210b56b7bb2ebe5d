/** While a backup is made, no blob goes that it may refer to. */

import { type Database, sqlStateOf } from '../../platform/database/transaction.ts'
import { SettingsError } from '../../platform/settings/read-settings.ts'

const backupLock = 0x6261636b

/** Keeps every blob where it is for as long as this connection lasts. Fails when another backup does. To be called before the database is looked at. */
export async function holdBlobs(database: Database): Promise<void> {
  try {
    // A batch of the sweep is over in a moment, a backup is not.
    await database.query("set lock_timeout = '10s'")
    await database.query('select pg_advisory_lock($1)', [backupLock])
    await database.query('reset lock_timeout')
  } catch (error) {
    if (sqlStateOf(error) !== '55P03') throw error
    throw new SettingsError('backup: another backup of this server is running; try again when it is done.')
  }
}

/** Whether blobs may be removed until the end of this transaction. What nothing refers to is then to be found out within it. */
export async function mayRemoveBlobs(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ taken: boolean }>('select pg_try_advisory_xact_lock_shared($1) as taken', [
    backupLock,
  ])
  return rows[0]?.taken === true
}
