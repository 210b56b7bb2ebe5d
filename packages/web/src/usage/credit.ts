import type { Schema } from '../api/schemas.ts'
import { counted } from '../text/count.ts'
import type { LedgerSource } from './queries.ts'

/** The offered amounts, in dollars. */
export const usualDollars = [10, 25, 50] as const

const most = 10_000

/** Parses an amount in dollars to cents; null unless it is from $1 to $10,000 (web U5). */
export function readAmount(text: string): number | null {
  const match = /^\$?\s*(\d{1,6})(?:\.(\d{2}))?$/.exec(text.trim().replaceAll(',', ''))
  if (match === null) return null
  const cents = Number(match[1]) * 100 + Number(match[2] ?? 0)
  return cents >= 100 && cents <= most * 100 ? cents : null
}

/** An estimate of how long the balance lasts (web U1). */
interface Forecast {
  readonly sentence: string
  readonly warns: boolean
}

/** Estimates how long the balance lasts, from the cost of the last `days` days. */
export function forecast(balanceCents: number, spentCents: number, days: number): Forecast {
  if (balanceCents <= 0) return { sentence: 'Builds do not start until you top up.', warns: true }
  const aDay = spentCents / days
  if (aDay <= 0) return { sentence: 'No recent spending.', warns: false }
  const left = balanceCents / aDay
  if (left < 1) return { sentence: 'Less than a day at this rate.', warns: true }
  if (left > 365) return { sentence: 'More than a year at this rate.', warns: false }
  const whole = Math.floor(left)
  return { sentence: `About ${counted(whole, 'day')} at this rate.`, warns: whole <= 3 }
}

export const sourceNames: Readonly<Record<LedgerSource, string>> = {
  stripe_topup: 'Top-up',
  coupon_redemption: 'Coupon',
  admin_grant: 'Grant',
  vm_lease_debit: 'Usage',
  refund: 'Refund',
}

type Entry = Pick<Schema<'Transaction'>, 'source' | 'amount_cents' | 'description'>

/** Names an entry of the ledger. Failed refunds and won disputes return the amount. */
export function entryName({ source, amount_cents: cents, description }: Entry): string {
  if (source !== 'refund') return sourceNames[source]
  // The contract has no separate source for disputes.
  if (description?.startsWith('Dispute ')) return cents > 0 ? 'Dispute returned' : 'Dispute'
  return cents > 0 ? 'Failed refund' : sourceNames.refund
}
