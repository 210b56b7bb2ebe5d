/** Keeps every blob that a backup in progress may refer to. */

import { type Database, sqlStateOf } from '../../platform/database/transaction.ts'
import { SettingsError } from '../../platform/settings/read-settings.ts'

const backupLock = 0x6261636b

/**
 * Keeps all blobs for as long as this connection lasts. Fails while another backup runs. Must be
 * called before the database is read.
 */
export async function lockBlobs(database: Database): Promise<void> {
  try {
    // The timeout suffices for a batch of the sweep, which is short, but not for another backup.
    await database.query("set lock_timeout = '10s'")
    await database.query('select pg_advisory_lock($1)', [backupLock])
    await database.query('reset lock_timeout')
  } catch (error) {
    if (sqlStateOf(error) !== '55P03') throw error
    throw new SettingsError('backup: another backup of this server is running; try again when it is done.')
  }
}

/**
 * Returns whether blobs may be removed until the end of this transaction. The caller must look for
 * references within the same transaction.
 */
export async function mayRemoveBlobs(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ taken: boolean }>('select pg_try_advisory_xact_lock_shared($1) as taken', [
    backupLock,
  ])
  return rows[0]?.taken === true
}
