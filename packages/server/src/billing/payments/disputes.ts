/** Disputes of a payment, and their entries in the ledger. */
import type { Stripe } from 'stripe'
import { readText } from '../../platform/worker/payload.ts'
import { type BookingKind, bookEntries, entryId } from './booking.ts'

/** A withdrawal of a dispute, or the return of one. */
export interface DisputeMovement {
  /** Stripe's id of the movement, `txn_…`. */
  readonly id: string
  /** Stripe's id of the dispute, `du_…` or `dp_…`. */
  readonly dispute: string
  readonly paymentIntent: string
  /** US cents, negative for a withdrawal. */
  readonly amountCents: number
}

type DisputeFacts = Pick<Stripe.Dispute, 'id' | 'amount'> & {
  readonly balance_transactions: readonly Pick<Stripe.BalanceTransaction, 'id' | 'amount' | 'type'>[]
}

/**
 * Returns all movements of a dispute so far, oldest first. Each event contains the earlier ones
 * too, so the order of events does not matter. The first withdrawal counts as the disputed amount,
 * because the account may be in another currency. Other movements count by their share of it,
 * capped at the disputed amount: Stripe returns earlier refunds separately. Stripe's fee is
 * excluded, since the customer does not pay it. Returns null if the movements cannot be expressed
 * in US cents.
 */
export function movementsOf(dispute: DisputeFacts, paymentIntent: string): readonly DisputeMovement[] | null {
  const moved = dispute.balance_transactions.filter(({ type }) => type === 'adjustment')
  if (moved.length === 0) return []
  const whole = -(moved.find(({ amount }) => amount < 0)?.amount ?? 0)
  if (whole === 0 || !Number.isSafeInteger(dispute.amount) || dispute.amount <= 0) return null
  return moved
    .map(({ id, amount }) => ({
      id,
      dispute: dispute.id,
      paymentIntent,
      amountCents: Math.min(Math.round((amount / whole) * dispute.amount), dispute.amount),
    }))
    .filter(({ amountCents }) => amountCents !== 0)
}

export const disputeBooking: BookingKind<DisputeMovement> = {
  task: 'book_dispute',
  keyOf: ({ id }) => id,
  write: (movement) => ({ ...movement, amountCents: String(movement.amountCents) }),
  read: (payload) => ({
    id: readText(payload, 'id'),
    dispute: readText(payload, 'dispute'),
    paymentIntent: readText(payload, 'paymentIntent'),
    amountCents: Number(readText(payload, 'amountCents')),
  }),
  book: (client, { id, dispute, paymentIntent, amountCents }) =>
    bookEntries(client, paymentIntent, [
      {
        id: entryId(`dispute/${id}`),
        amountCents,
        // The usage page recognizes a dispute by this first word, because the contract has no
        // source for disputes.
        description: ({ sessionId }) => `Dispute ${dispute} of ${sessionId}`,
        action: amountCents < 0 ? 'payment.disputed' : 'payment.dispute_given_back',
        details: { dispute, movement: id },
      },
    ]),
}
