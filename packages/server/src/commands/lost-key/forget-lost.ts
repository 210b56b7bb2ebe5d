import process from 'node:process'
import { removeLostKeys } from '../../builds/id-tokens/keys.ts'
import { replaceTokens } from '../../forges/bitbucket/grant-store.ts'
import { resetHook } from '../../forges/bitbucket/hooks.ts'
import { deleteNotificationRow } from '../../notifications/store.ts'
import { deleteLoginById } from '../../organizations/registries/store.ts'
import { deleteSecretById } from '../../organizations/secrets/store.ts'
import { createLog } from '../../platform/create-log.ts'
import { openDataDirectory } from '../../platform/data-directory/open-data-directory.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { withDatabase } from '../../platform/database/visit-database.ts'
import { createSealer, type Sealer } from '../../platform/encryption/seal.ts'
import { type Environment, readSettings, SettingsError } from '../../platform/settings/read-settings.ts'
import { describeRow, type SealedRow, unreadableRows } from './sealed-rows.ts'

/**
 * Runs `harmont forget-lost`: removes values encrypted under a lost key, and prints their names.
 */
export async function forgetLost(args: readonly string[], environment: Environment): Promise<void> {
  if (args.length > 0) throw new SettingsError(`forget-lost: expected no arguments, got \`${args.join(' ')}\`.`)
  const settings = readSettings(environment)
  const directory = await openDataDirectory(settings.dataDirectory)
  const sealer = createSealer(settings.encryptionKey ?? (await directory.secret('encryption')))
  const lost = await withDatabase(settings, createLog('error'), (pool) =>
    transaction(pool, async (client) => {
      const rows: SealedRow[] = []
      for await (const row of unreadableRows(client, sealer)) rows.push(row)
      for (const row of rows) await forget(client, sealer, row)
      const keys = await removeLostKeys({ pool: client, sealer })
      return [...rows.map(describeRow), ...(keys === 0 ? [] : [`the keys that sign identity tokens (${keys})`])]
    }),
  )
  process.stdout.write(lost.length === 0 ? 'The key decrypts everything: nothing was removed.\n' : describeLost(lost))
}

/**
 * Removes the values that people must enter again. A connection remains without its tokens until
 * somebody reconnects it.
 */
async function forget(client: Database, sealer: Sealer, { kind, id }: SealedRow): Promise<void> {
  if (kind === 'secret') return deleteSecretById(client, id)
  if (kind === 'login') return deleteLoginById(client, id)
  if (kind === 'hook') return resetHook(client, id)
  if (kind === 'notification') return deleteNotificationRow(client, id)
  return replaceTokens(client, sealer, id, { accessToken: '', refreshToken: '', expiresAt: new Date(0) })
}

function describeLost(lost: readonly string[]): string {
  const lines = lost.map((each) => `${each}\n`)
  return `${lines.join('')}These were encrypted with another key and have been removed. Set the secrets and logins again (\`hm secret set\`, \`hm registry set\`), add the notifications again, and connect Bitbucket again. The next identity token makes a new key.\n`
}
