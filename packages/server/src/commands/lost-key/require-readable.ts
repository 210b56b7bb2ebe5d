import type { Database } from '../../platform/database/transaction.ts'
import { CannotOpen, type Sealer } from '../../platform/encryption/seal.ts'
import { SettingsError } from '../../platform/settings/read-settings.ts'
import { type SealedRow, sealedRows } from './sealed-rows.ts'

/** Longer values are not read at each start: a step that wants one fails at once when the key does not open it. */
const mostBytesAtStart = 16 * 1024
const anyLength = 2 ** 31 - 1
const mostNamed = 3

/**
 * Refuses a start over values that the key does not open: a server that went on with another key would hide that the old one is lost, and seal under the new one what
 * has to be under the old. `keyPlace`: where the key comes from, for the operator.
 */
export async function requireReadable(database: Database, sealer: Sealer, keyPlace: string): Promise<void> {
  const lost: SealedRow[] = []
  for await (const row of unreadableRows(database, sealer, mostBytesAtStart)) lost.push(row)
  if (lost.length === 0) return
  const named = lost.slice(0, mostNamed).map(describeRow)
  const more = lost.length > mostNamed ? ` and ${lost.length - mostNamed} more` : ''
  throw new SettingsError(
    `HARMONT_ENCRYPTION_KEY: expected the key that the database was encrypted with. The one from ${keyPlace} does not decrypt ${named.join(', ')}${more}. Restore that key: set HARMONT_ENCRYPTION_KEY to its earlier value, or restore the file \`secrets/encryption\` of the data directory from a backup. If the key is lost, \`npm start -- forget-lost\` removes what can no longer be decrypted and lists it.`,
  )
}

/** The values that this key does not open. */
export async function* unreadableRows(
  database: Database,
  sealer: Sealer,
  mostBytes = anyLength,
): AsyncGenerator<SealedRow> {
  for await (const row of sealedRows(database, mostBytes)) if (!opens(sealer, row)) yield row
}

/** A row as an operator calls it. */
export function describeRow({ kind, name }: SealedRow): string {
  if (kind === 'secret') return `the secret ${name}`
  return kind === 'hook' ? `the webhook of ${name}` : `the connection to Bitbucket (${name})`
}

function opens(sealer: Sealer, { place, sealed }: SealedRow): boolean {
  try {
    sealer.open(place, sealed)
    return true
  } catch (error) {
    if (error instanceof CannotOpen) return false
    throw error
  }
}
