import type { Schema } from '../api/schemas.ts'
import type { LedgerSource } from './queries.ts'

export const sourceWords: Readonly<Record<LedgerSource, string>> = {
  stripe_topup: 'Top-up',
  coupon_redemption: 'Coupon',
  admin_grant: 'Grant',
  vm_lease_debit: 'Usage',
  refund: 'Refund',
}

type Entry = Pick<Schema<'Transaction'>, 'source' | 'amount_cents' | 'description'>

/** What an entry of the ledger is called. What a refund or a dispute took may come back: the one failed at Stripe, the other was won. */
export function entryWords({ source, amount_cents: cents, description }: Entry): string {
  if (source !== 'refund') return sourceWords[source]
  // The contract has no source of its own for disputes.
  if (description?.startsWith('Dispute ')) return cents > 0 ? 'Dispute returned' : 'Dispute'
  return cents > 0 ? 'Failed refund' : sourceWords.refund
}
