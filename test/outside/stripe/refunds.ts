/**
 * Refunds of payments, as in https://docs.stripe.com/refunds: in parts, until nothing is left. A
 * failed refund can be made again.
 */
import { randomBytes } from 'node:crypto'
import type { Stripe } from 'stripe'

/** Stripe's messages for refused requests. */
export interface Problem {
  readonly problem: string
  readonly code?: string
}

/** Returns the refunds of the payments of these sessions. */
export function makeRefunds(sessions: readonly Stripe.Checkout.Session[]) {
  const refunds: Stripe.Refund[] = []

  /** Refunds this many cents of a payment, or the rest of it. */
  function create(intent: unknown, cents?: number): Stripe.Refund | Problem {
    const of = sessions.find(({ payment_intent }) => payment_intent === intent)
    if (of === undefined) return { problem: `No such payment_intent: '${intent}'` }
    const standing = refunds.filter(({ payment_intent: its, status }) => its === intent && !isOver(status))
    const left = standing.reduce((rest, { amount }) => rest - amount, of.amount_total ?? 0)
    if (left === 0) return { problem: 'Charge has already been refunded.', code: 'charge_already_refunded' }
    const amount = cents ?? left
    if (amount > left) return { problem: `Refund amount (${amount}) is greater than unrefunded amount (${left})` }
    const refund = {
      id: `re_${randomBytes(12).toString('hex')}`,
      object: 'refund',
      status: 'succeeded',
      currency: of.currency,
      payment_intent: intent,
      amount,
      created: Math.floor(Date.now() / 1000),
      metadata: {},
    } as Stripe.Refund
    refunds.push(refund)
    return refund
  }

  return { refunds, create }
}

function isOver(status: string | null): boolean {
  return status === 'failed' || status === 'canceled'
}
