import { nobody, recordAudit } from '../../platform/audit/record-audit.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { writeCreditOnce } from '../ledger/ledger.ts'
import { type Checkout, holdOrganization, lockPaidCheckout } from './payment-store.ts'

/** Money of a payment that went back, or came again. */
export interface PaymentEntry {
  /** Made from Stripe's own id of it, so that it is booked once. */
  readonly id: string
  /** Negative for what went back. */
  readonly amountCents: number
  readonly description: (checkout: Checkout) => string | null
  /** As the audit log has it. */
  readonly action: string
  readonly details: Readonly<Record<string, string>>
}

/**
 * Books these of one payment, each once however often it is told; the balance may go below zero. False: no payment that was credited here is known of yet.
 * Within a transaction.
 */
export async function bookEntries(
  client: Database,
  paymentIntent: string,
  entries: readonly PaymentEntry[],
): Promise<boolean> {
  const checkout = await lockPaidCheckout(client, paymentIntent)
  if (checkout === undefined) return false
  const { organizationId } = checkout
  const isThere = await holdOrganization(client, organizationId)
  for (const { id, amountCents, description, action, details } of entries) {
    const entry = { id, organizationId, amountCents, source: 'refund', description: description(checkout) } as const
    const isBooked = (await writeCreditOnce(client, entry)) === null
    if (isBooked || !isThere) continue
    await recordAudit(client, nobody, {
      organizationId,
      action,
      subject: id,
      details: { checkout: checkout.id, ...details, amount_cents: amountCents },
    })
  }
  return true
}
