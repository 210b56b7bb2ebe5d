import type { DataDirectory } from '../../platform/data-directory/open-data-directory.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { createSealer } from '../../platform/encryption/seal.ts'
import { type Settings, SettingsError } from '../../platform/settings/read-settings.ts'
import { opensSealed } from '../../streams/logs/log-token-secrets.ts'

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
