import process from 'node:process'
import { grantCredit } from '../billing/ledger/ledger.ts'
import { createLog } from '../platform/create-log.ts'
import { visitDatabase } from '../platform/database/visit-database.ts'
import { type Environment, readSettings, SettingsError } from '../platform/settings/read-settings.ts'
import { formatDollars, readDollars } from './dollars.ts'

/** `harmont grant ORGANIZATION DOLLARS [NOTE]`: books a credit, and prints the new balance. */
export async function grant(args: readonly string[], environment: Environment): Promise<void> {
  const [slug = '', dollars = '', ...note] = args
  const credit = { amountCents: readDollars('grant', dollars), note: note.join(' ') || null }
  const balanceCents = await visitDatabase(readSettings(environment), createLog('error'), (pool) =>
    grantCredit(pool, slug, credit),
  )
  if (balanceCents === null) throw new SettingsError(`grant: expected the slug of an organization, got \`${slug}\`.`)
  process.stdout.write(`granted $${dollars} to ${slug}; its balance is ${formatDollars(balanceCents)}\n`)
}
