import process from 'node:process'
import { replaceTokens } from '../bitbucket/grant-store.ts'
import { forgetHook } from '../bitbucket/hook-store.ts'
import { createLog } from '../create-log.ts'
import { openDataDirectory } from '../data-directory/open-data-directory.ts'
import { type Database, transaction } from '../database/transaction.ts'
import { visitDatabase } from '../database/visit-database.ts'
import { describeRow, unreadableRows } from '../encryption/require-readable.ts'
import { createSealer, type Sealer } from '../encryption/seal.ts'
import type { SealedRow } from '../encryption/sealed-rows.ts'
import { deleteSecretById } from '../secrets/store.ts'
import { type Environment, readSettings, SettingsError } from '../settings/read-settings.ts'

/** `harmont forget-lost`: removes what was encrypted under a key that is lost, and prints what it was. */
export async function forgetLost(args: readonly string[], environment: Environment): Promise<void> {
  if (args.length > 0) throw new SettingsError(`forget-lost: expected no arguments, got \`${args.join(' ')}\`.`)
  const settings = readSettings(environment)
  const directory = await openDataDirectory(settings.dataDirectory)
  const sealer = createSealer(settings.encryptionKey ?? (await directory.secret('encryption')))
  const lost = await visitDatabase(settings, createLog('error'), (pool) =>
    transaction(pool, async (client) => {
      const rows: SealedRow[] = []
      for await (const row of unreadableRows(client, sealer)) rows.push(row)
      for (const row of rows) await forget(client, sealer, row)
      return rows
    }),
  )
  process.stdout.write(lost.length === 0 ? 'The key decrypts everything: nothing was removed.\n' : describeLost(lost))
}

/** What only people can bring back is removed; a connection stays, without its tokens, until somebody makes it anew. */
async function forget(client: Database, sealer: Sealer, { kind, id }: SealedRow): Promise<void> {
  if (kind === 'secret') return deleteSecretById(client, id)
  if (kind === 'hook') return forgetHook(client, id)
  return replaceTokens(client, sealer, id, { accessToken: '', refreshToken: '', expiresAt: new Date(0) })
}

function describeLost(lost: readonly SealedRow[]): string {
  const lines = lost.map((row) => `${describeRow(row)}\n`)
  return `${lines.join('')}These were encrypted with another key and have been removed. Set the secrets again (\`hm secret set\`), and connect Bitbucket again.\n`
}
