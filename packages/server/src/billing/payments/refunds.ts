/** What the ledger has of a refund, as a function of what Stripe tells of it. */
import { entryId } from './entry-id.ts'

/** A refund of a payment, whoever made it: our command, or a person in Stripe's own pages. */
export interface RefundNews {
  /** Stripe's own, `re_…`. */
  readonly id: string
  readonly paymentIntent: string
  /** What is given back, of possibly more: a positive number of US cents. */
  readonly amountCents: number
  /** It failed or was canceled, for good: Stripe has the money again. */
  readonly isOver: boolean
}

export interface RefundEntry {
  /** Made from Stripe's id, so that the ledger cannot have it twice. */
  readonly id: string
  /** Negative for what is given back, positive for what came back of that. */
  readonly amountCents: number
}

/** The statuses of a refund that takes the money, or has: https://docs.stripe.com/api/refunds/object#refund_object-status */
const standing = ['pending', 'requires_action', 'succeeded']
/** Those of one that is over. Neither is ever left again. */
const over = ['failed', 'canceled']

/** Whether a refund of this status is over; null: Stripe has no such status. */
export function isRefundOver(status: string | null | undefined): boolean | null {
  if (over.includes(status ?? '')) return true
  return standing.includes(status ?? '') ? false : null
}

/** The entry that takes a refund's money from the balance. */
export function takenBy({ id, amountCents }: Pick<RefundNews, 'id' | 'amountCents'>): RefundEntry {
  return { id: entryId(`refund/${id}`), amountCents: -amountCents }
}

/** The entry that brings it back. */
export function returnedBy({ id, amountCents }: Pick<RefundNews, 'id' | 'amountCents'>): RefundEntry {
  return { id: entryId(`refund-over/${id}`), amountCents }
}

/**
 * The entries that the ledger must have by then. One that is over has both, so that it ends the same whatever the order in which its events come, and a late
 * one of when it was not over adds nothing.
 */
export function entriesOf(refund: RefundNews): readonly RefundEntry[] {
  return refund.isOver ? [takenBy(refund), returnedBy(refund)] : [takenBy(refund)]
}
