import { nobody, recordAudit } from '../audit/record-audit.ts'
import type { Database } from '../database/transaction.ts'
import { hasEntry, writeCreditOnce } from '../money/store.ts'
import { forgetRefund, holdOrganization, lockPaidCheckout } from './checkout-store.ts'
import { entriesOf, type RefundNews, returnedBy, takenBy } from './refund-entries.ts'

export interface BookedRefund {
  /** Of what takes the money from the balance. */
  readonly entryId: string
  /** The refund failed or was canceled, and is booked as such. */
  readonly isOver: boolean
}

/**
 * Books a refund, once, whoever made it and however often it is told; the balance may go below zero. Undefined: no payment that was credited here is known of
 * yet. Within a transaction.
 */
export async function bookRefund(client: Database, refund: RefundNews): Promise<BookedRefund | undefined> {
  const checkout = await lockPaidCheckout(client, refund.paymentIntent)
  if (checkout === undefined) return undefined
  const { organizationId, sessionId: description } = checkout
  const isThere = await holdOrganization(client, organizationId)
  for (const { id, amountCents } of entriesOf(refund)) {
    const entry = { id, organizationId, amountCents, source: 'refund', description } as const
    const isBooked = (await writeCreditOnce(client, entry)) === null
    if (isBooked || !isThere) continue
    await recordAudit(client, nobody, {
      organizationId,
      action: amountCents < 0 ? 'payment.refunded' : 'payment.refund_failed',
      subject: id,
      details: { checkout: checkout.id, refund: refund.id, amount_cents: amountCents },
    })
  }
  const entryId = takenBy(refund).id
  const isOver = await hasEntry(client, returnedBy(refund).id)
  // So that the operator may try again.
  if (isOver) await forgetRefund(client, entryId)
  return { entryId, isOver }
}
