import process from 'node:process'
import { grantCredit } from '../billing/ledger/ledger.ts'
import { refundCheckout } from '../billing/payments/refund-checkout.ts'
import { openStripe } from '../billing/payments/stripe.ts'
import { createLog } from '../platform/create-log.ts'
import { withDatabase } from '../platform/database/visit-database.ts'
import { type Environment, readSettings, SettingsError } from '../platform/settings/read-settings.ts'

/** Runs `harmont grant ORGANIZATION DOLLARS [NOTE]`: books a credit, and prints the new balance. */
export async function grant(args: readonly string[], environment: Environment): Promise<void> {
  const [slug = '', dollars = '', ...note] = args
  const credit = { amountCents: readDollars('grant', dollars), note: note.join(' ') || null }
  const balanceCents = await withDatabase(readSettings(environment), createLog('error'), (pool) =>
    grantCredit(pool, slug, credit),
  )
  if (balanceCents === null) throw new SettingsError(`grant: expected the slug of an organization, got \`${slug}\`.`)
  process.stdout.write(`granted $${dollars} to ${slug}; its balance is ${formatDollars(balanceCents)}\n`)
}

/**
 * Runs `harmont refund CHECKOUT`: refunds the rest of a checkout's payment at Stripe, and books it.
 */
export async function refund(args: readonly string[], environment: Environment): Promise<void> {
  const [name = '', ...more] = args
  if (name === '' || more.length > 0)
    throw new SettingsError(`refund: expected one checkout, such as \`cs_…\` in the ledger, got \`${args.join(' ')}\`.`)
  const settings = readSettings(environment)
  const stripe = openStripe(settings)
  if (stripe === null)
    throw new SettingsError('refund: expected HARMONT_STRIPE_SECRET_KEY and _WEBHOOK_SECRET to be set.')
  const outcome = await withDatabase(settings, createLog('error'), (pool) => refundCheckout(pool, stripe, name))
  if (outcome.kind === 'unknown')
    throw new SettingsError(`refund: expected a checkout of this server, got \`${name}\`.`)
  if (outcome.kind === 'not_paid')
    throw new SettingsError(`refund: expected a checkout that was paid; \`${name}\` was not.`)
  if (outcome.kind === 'refunded_before') throw new SettingsError(`refund: \`${name}\` has already been refunded.`)
  if (outcome.kind === 'disputed')
    throw new SettingsError(`refund: \`${name}\` is disputed; Stripe refunds nothing until the dispute is settled.`)
  if (outcome.kind === 'failed')
    throw new SettingsError(
      `refund: Stripe could not refund \`${name}\`; its dashboard says why. Try again, or refund it another way.`,
    )
  const { amountCents, balanceCents } = outcome
  process.stdout.write(`refunded ${formatDollars(amountCents)}; the balance is ${formatDollars(balanceCents)}\n`)
}

const mostDollars = 1_000_000

/**
 * Returns the cents of an amount such as `25` or `12.50`. Throws a SettingsError with the command's
 * name for any other text.
 */
export function readDollars(command: string, text: string): number {
  const isAmount = /^\d{1,7}(\.\d{2})?$/.test(text) && Number(text) > 0 && Number(text) <= mostDollars
  if (!isAmount) throw new SettingsError(`${command}: expected dollars such as \`25\` or \`12.50\`, got \`${text}\`.`)
  return Math.round(Number(text) * 100)
}

/** Formats an amount, such as `$12.50` or `-$12.50`. */
export function formatDollars(cents: number): string {
  return `${cents < 0 ? '-' : ''}$${(Math.abs(cents) / 100).toFixed(2)}`
}
