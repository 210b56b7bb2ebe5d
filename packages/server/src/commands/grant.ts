import process from 'node:process'
import { createLog } from '../create-log.ts'
import { visitDatabase } from '../database/visit-database.ts'
import { grantCredit } from '../money/grant-credit.ts'
import { type Environment, readSettings, SettingsError } from '../settings/read-settings.ts'

const mostDollars = 1_000_000

/** `harmont grant ORGANIZATION DOLLARS [NOTE]`: books a credit, and prints the new balance. */
export async function grant(args: readonly string[], environment: Environment): Promise<void> {
  const [slug = '', dollars = '', ...note] = args
  const isAmount = /^\d{1,7}(\.\d{2})?$/.test(dollars) && Number(dollars) > 0 && Number(dollars) <= mostDollars
  if (slug === '' || !isAmount)
    throw new SettingsError(
      `grant: expected an organization's slug and dollars such as \`25\` or \`12.50\`, got \`${args.join(' ')}\`.`,
    )
  const credit = { amountCents: Math.round(Number(dollars) * 100), note: note.join(' ') || null }
  const balanceCents = await visitDatabase(readSettings(environment), createLog('error'), (pool) =>
    grantCredit(pool, slug, credit),
  )
  if (balanceCents === null) throw new SettingsError(`grant: expected the slug of an organization, got \`${slug}\`.`)
  process.stdout.write(`granted $${dollars} to ${slug}; its balance is $${(balanceCents / 100).toFixed(2)}\n`)
}
