/** Refunds of a payment, and their entries in the ledger. */
import type { Database } from '../../platform/database/transaction.ts'
import { readFlag, readText } from '../../platform/worker/payload.ts'
import { hasEntry } from '../ledger/ledger.ts'
import { type BookingKind, bookEntries, entryId } from './booking.ts'
import { deleteRefundOfEntry } from './payment-store.ts'

/** A refund as reported by Stripe, made by the command or in Stripe's own pages. */
export interface Refund {
  /** Stripe's id, `re_…`. */
  readonly id: string
  readonly paymentIntent: string
  /** The refunded US cents, a positive number; possibly a part of the payment. */
  readonly amountCents: number
  /** The refund failed or was canceled, permanently: Stripe has the money again. */
  readonly isOver: boolean
}

interface RefundEntry {
  /** Derived from Stripe's id, so that the ledger cannot have it twice. */
  readonly id: string
  /** Negative for the refund, positive for its return. */
  readonly amountCents: number
}

/**
 * Statuses of a refund that moves or moved the money:
 * https://docs.stripe.com/api/refunds/object#refund_object-status
 */
const standing = ['pending', 'requires_action', 'succeeded']
/** Final statuses of a refund whose money did not reach the customer. */
const over = ['failed', 'canceled']

/** Returns whether a refund of this status is over; null if Stripe documents no such status. */
export function isRefundOver(status: string | null | undefined): boolean | null {
  if (over.includes(status ?? '')) return true
  return standing.includes(status ?? '') ? false : null
}

/** Returns the entry that takes a refund's money from the balance. */
function takenBy({ id, amountCents }: Pick<Refund, 'id' | 'amountCents'>): RefundEntry {
  return { id: entryId(`refund/${id}`), amountCents: -amountCents }
}

/** Returns the entry that puts a failed refund's money back into the balance. */
function returnedBy({ id, amountCents }: Pick<Refund, 'id' | 'amountCents'>): RefundEntry {
  return { id: entryId(`refund-over/${id}`), amountCents }
}

/**
 * Returns the entries that the ledger must have for a refund. A refund that is over has both, so
 * the order of events does not matter: an older event adds nothing.
 */
export function entriesOf(refund: Refund): readonly RefundEntry[] {
  return refund.isOver ? [takenBy(refund), returnedBy(refund)] : [takenBy(refund)]
}

interface BookedRefund {
  /** The entry that takes the money from the balance. */
  readonly entryId: string
  readonly isOver: boolean
}

/**
 * Books a refund within a transaction, once. The balance may fall below zero. Returns undefined if
 * its payment has not been credited here, or not yet.
 */
export async function bookRefund(client: Database, refund: Refund): Promise<BookedRefund | undefined> {
  const entries = entriesOf(refund).map((entry) => ({
    ...entry,
    description: ({ sessionId }: { readonly sessionId: string | null }) => sessionId,
    action: entry.amountCents < 0 ? 'payment.refunded' : 'payment.refund_failed',
    details: { refund: refund.id },
  }))
  if (!(await bookEntries(client, refund.paymentIntent, entries))) return undefined
  const { id } = takenBy(refund)
  const isOver = await hasEntry(client, returnedBy(refund).id)
  // Allows the operator to refund again.
  if (isOver) await deleteRefundOfEntry(client, id)
  return { entryId: id, isOver }
}

export const refundBooking: BookingKind<Refund> = {
  task: 'book_refund',
  keyOf: ({ id, isOver }) => `${id}:${isOver}`,
  write: (refund) => ({ ...refund, amountCents: String(refund.amountCents) }),
  read: (payload) => ({
    id: readText(payload, 'id'),
    paymentIntent: readText(payload, 'paymentIntent'),
    amountCents: Number(readText(payload, 'amountCents')),
    isOver: readFlag(payload, 'isOver'),
  }),
  book: async (client, refund) => (await bookRefund(client, refund)) !== undefined,
}
