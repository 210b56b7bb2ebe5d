import type { DataDirectory } from '../data-directory/open-data-directory.ts'
import type { Database } from '../database/transaction.ts'
import { createSealer } from '../encryption/seal.ts'
import { opensSealed } from '../job-logs/log-token-secrets.ts'
import { type Settings, SettingsError } from '../settings/read-settings.ts'

/** Fails when the server that is to run here could not decrypt what is in the database. */
export async function requireKey(
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
