import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Stripe } from 'stripe'
import { transaction } from '../../platform/database/transaction.ts'
import { getBalance } from '../ledger/ledger.ts'
import { type Checkout, claimRefund, deleteRefund, lockCheckout, setRefundEntry } from './payment-store.ts'
import { bookRefund, isRefundOver, type Refund } from './refunds.ts'
import type { StripeAccount } from './stripe.ts'

export type RefundOutcome =
  | { readonly kind: 'refunded'; readonly amountCents: number; readonly balanceCents: number }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'not_paid' }
  /** Nothing is left to refund, after refunds by this command or in Stripe's own pages. */
  | { readonly kind: 'refunded_before' }
  /** Stripe does not refund a payment that the customer's bank disputes. */
  | { readonly kind: 'disputed' }
  /** Stripe could not return the money; the operator can try again. */
  | { readonly kind: 'failed' }

/**
 * Refunds the rest of a checkout's payment and books the refund. The checkout is named by its id or
 * its session's id. Safe to repeat after any interruption: Stripe refunds once, and the refund is
 * booked once, whether by its event or by this function.
 */
export async function refundCheckout(pool: pg.Pool, stripe: StripeAccount, name: string): Promise<RefundOutcome> {
  const claimed = await transaction(pool, async (client) => {
    const checkout = await lockCheckout(client, name)
    const { state, paymentIntent } = checkout ?? {}
    if (checkout === undefined || state !== 'complete' || paymentIntent == null) return { checkout, refund: null }
    return { checkout, paymentIntent, refund: await claimRefund(client, randomUUID(), checkout.id) }
  })
  if (claimed.checkout === undefined) return { kind: 'unknown' }
  if (claimed.refund === null) return { kind: 'not_paid' }
  const { checkout, refund, paymentIntent } = claimed
  if (refund.entryId !== null) return { kind: 'refunded_before' }
  const made = await refundAtStripe(stripe, paymentIntent, refund.id)
  if (made === 'disputed') {
    // Under the same key, Stripe would repeat this response even after the dispute.
    await deleteRefund(pool, refund.id)
    return { kind: 'disputed' }
  }
  return made === null ? { kind: 'refunded_before' } : book(pool, checkout, refund.id, made)
}

/** Returns null if nothing is left to refund. */
async function refundAtStripe(
  stripe: StripeAccount,
  paymentIntent: string,
  key: string,
): Promise<Refund | 'disputed' | null> {
  const client = await stripe.client()
  let answer: Stripe.Refund
  try {
    answer = await client.refunds.create({ payment_intent: paymentIntent }, { idempotencyKey: key })
  } catch (error) {
    const { StripeError } = (await import('stripe')).Stripe.errors
    if (error instanceof StripeError && error.code === 'charge_already_refunded') return null
    if (error instanceof StripeError && error.code === 'charge_disputed') return 'disputed'
    throw error
  }
  const isOver = isRefundOver(answer.status)
  // The library also accepts a proxy's response, which has no status.
  if (isOver === null) throw new Error(`Stripe did not return the state of the refund (${answer.status})`)
  return { id: answer.id, paymentIntent, amountCents: answer.amount, isOver }
}

function book(pool: pg.Pool, { id, organizationId }: Checkout, key: string, made: Refund): Promise<RefundOutcome> {
  return transaction(pool, async (client) => {
    await lockCheckout(client, id)
    const claim = await claimRefund(client, key, id)
    if (claim.entryId !== null) return { kind: 'refunded_before' }
    const booked = await bookRefund(client, made)
    if (booked === undefined) throw new Error(`the payment of the checkout ${id} no longer exists`)
    if (booked.isOver) {
      // Stripe would repeat this response under the same key.
      await deleteRefund(client, claim.id)
      return { kind: 'failed' }
    }
    await setRefundEntry(client, claim.id, booked.entryId)
    return { kind: 'refunded', amountCents: made.amountCents, balanceCents: await getBalance(client, organizationId) }
  })
}
