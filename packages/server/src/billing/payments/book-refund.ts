import type { Database } from '../../platform/database/transaction.ts'
import { hasEntry } from '../ledger/ledger.ts'
import { bookEntries } from './book-entries.ts'
import { forgetRefund } from './payment-store.ts'
import { entriesOf, type RefundNews, returnedBy, takenBy } from './refunds.ts'

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
  const entries = entriesOf(refund).map((entry) => ({
    ...entry,
    description: ({ sessionId }: { readonly sessionId: string | null }) => sessionId,
    action: entry.amountCents < 0 ? 'payment.refunded' : 'payment.refund_failed',
    details: { refund: refund.id },
  }))
  if (!(await bookEntries(client, refund.paymentIntent, entries))) return undefined
  const entryId = takenBy(refund).id
  const isOver = await hasEntry(client, returnedBy(refund).id)
  // So that the operator may try again.
  if (isOver) await forgetRefund(client, entryId)
  return { entryId, isOver }
}
