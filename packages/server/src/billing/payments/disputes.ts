/** What a dispute moved of a payment's money, as a function of what Stripe tells of it. */
import type { Stripe } from 'stripe'

/** One withdrawal of a dispute, or what was given back of one. */
export interface DisputeMovement {
  /** Stripe's own of the movement, `txn_…`. */
  readonly id: string
  /** Stripe's own of the dispute, `du_…` or `dp_…`. */
  readonly dispute: string
  readonly paymentIntent: string
  /** US cents, negative for what was withdrawn. */
  readonly amountCents: number
}

type Told = Pick<Stripe.Dispute, 'id' | 'amount'> & {
  readonly balance_transactions: readonly Pick<Stripe.BalanceTransaction, 'id' | 'amount' | 'type'>[]
}

/**
 * Every movement until then, oldest first: each event of a dispute has those before it too, so that their order does not matter. The first withdrawal is the
 * disputed amount. What else moved counts by its share of that, at most all: the account may be in another currency, and what was refunded before is given
 * back apart.
 * Stripe's fee is not the customer's. null: it cannot be told.
 */
export function movementsOf(dispute: Told, paymentIntent: string): readonly DisputeMovement[] | null {
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
