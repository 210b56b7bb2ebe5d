/**
 * Disputes of payments, as in https://docs.stripe.com/disputes: the disputed amount is withdrawn,
 * given back in whole or in part when it is won, and a fee is separate. Each event has every
 * movement so far.
 */
import { randomBytes } from 'node:crypto'
import type { Stripe } from 'stripe'

/** Events of a dispute. */
export type DisputeEventType = Extract<
  Stripe.Event['type'],
  | 'charge.dispute.created'
  | 'charge.dispute.updated'
  | 'charge.dispute.closed'
  | 'charge.dispute.funds_withdrawn'
  | 'charge.dispute.funds_reinstated'
>

export function makeDisputes() {
  const disputes: Stripe.Dispute[] = []

  /** Disputes this many cents of a payment, by default all of it. Nothing is withdrawn yet. */
  function open(session: Stripe.Checkout.Session, cents = session.amount_total ?? 0): Stripe.Dispute {
    const facts = {
      id: `du_${randomBytes(12).toString('hex')}`,
      object: 'dispute',
      amount: cents,
      balance_transactions: [],
      charge: `ch_${randomBytes(12).toString('hex')}`,
      created: Math.floor(Date.now() / 1000),
      currency: session.currency ?? '',
      is_charge_refundable: false,
      livemode: false,
      metadata: {},
      payment_intent: session.payment_intent,
      reason: 'fraudulent',
      status: 'needs_response',
    } satisfies Partial<Stripe.Dispute>
    const dispute = facts as unknown as Stripe.Dispute
    disputes.push(dispute)
    return dispute
  }

  /** Withdraws cents of the account's currency, or gives them back; `fee` is Stripe's own. */
  function move(dispute: Stripe.Dispute, amount: number, fee: number, currency: string): void {
    const created = Math.floor(Date.now() / 1000)
    const movement: Stripe.BalanceTransaction = {
      id: `txn_${randomBytes(12).toString('hex')}`,
      object: 'balance_transaction',
      amount,
      available_on: created,
      balance_type: 'payments',
      created,
      currency,
      description: `Chargeback ${amount < 0 ? 'withdrawal' : 'reversal'} for ${dispute.charge}`,
      exchange_rate: null,
      fee,
      fee_details: [{ amount: fee, application: null, currency, description: 'Dispute fee', type: 'stripe_fee' }],
      net: amount - fee,
      reporting_category: amount < 0 ? 'dispute' : 'dispute_reversal',
      source: dispute.id,
      status: 'pending',
      type: 'adjustment',
    }
    dispute.balance_transactions.push(movement)
  }

  const standsAgainst = (intent: unknown) =>
    disputes.some(({ payment_intent: its, status }) => its === intent && status !== 'won')

  return { open, move, standsAgainst }
}
