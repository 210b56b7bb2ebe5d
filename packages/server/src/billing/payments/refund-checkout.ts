import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Stripe } from 'stripe'
import { transaction } from '../../platform/database/transaction.ts'
import { getBalance } from '../ledger/ledger.ts'
import { bookRefund } from './book-refund.ts'
import { type Checkout, claimRefund, dropRefund, lockCheckout, noteRefunded } from './payment-store.ts'
import { isRefundOver, type RefundNews } from './refunds.ts'
import type { StripeAccount } from './stripe.ts'

export type RefundOutcome =
  | { readonly kind: 'refunded'; readonly amountCents: number; readonly balanceCents: number }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'not_paid' }
  /** All of it, by this command or in Stripe's own pages. */
  | { readonly kind: 'refunded_before' }
  /** Nothing can be given back of a payment whose money the customer's bank has asked for. */
  | { readonly kind: 'disputed' }
  /** Stripe could not give the money back; it may be tried again. */
  | { readonly kind: 'failed' }

/**
 * Gives back what is left of what was paid in a checkout, named by its id or its session's, and books that. May be done again after it was cut off anywhere:
 * Stripe gives the money back once, and the ledger has it once, whether its event or this comes first.
 */
export async function refundCheckout(pool: pg.Pool, stripe: StripeAccount, name: string): Promise<RefundOutcome> {
  const begun = await transaction(pool, async (client) => {
    const checkout = await lockCheckout(client, name)
    const { state, paymentIntent } = checkout ?? {}
    if (checkout === undefined || state !== 'complete' || paymentIntent == null) return { checkout, refund: null }
    return { checkout, paymentIntent, refund: await claimRefund(client, randomUUID(), checkout.id) }
  })
  if (begun.checkout === undefined) return { kind: 'unknown' }
  if (begun.refund === null) return { kind: 'not_paid' }
  const { checkout, refund, paymentIntent } = begun
  if (refund.entryId !== null) return { kind: 'refunded_before' }
  const made = await refundAtStripe(stripe, paymentIntent, refund.id)
  if (made === 'disputed') {
    // Under its key Stripe would answer the same again, after the dispute too.
    await dropRefund(pool, refund.id)
    return { kind: 'disputed' }
  }
  return made === null ? { kind: 'refunded_before' } : book(pool, checkout, refund.id, made)
}

/** Null: nothing is left to give back. */
async function refundAtStripe(
  stripe: StripeAccount,
  paymentIntent: string,
  key: string,
): Promise<RefundNews | 'disputed' | null> {
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
  // A proxy's answer, which the library lets through, has no status.
  if (isOver === null) throw new Error(`Stripe did not return the state of the refund (${answer.status})`)
  return { id: answer.id, paymentIntent, amountCents: answer.amount, isOver }
}

function book(pool: pg.Pool, { id, organizationId }: Checkout, key: string, made: RefundNews): Promise<RefundOutcome> {
  return transaction(pool, async (client) => {
    await lockCheckout(client, id)
    const claim = await claimRefund(client, key, id)
    if (claim.entryId !== null) return { kind: 'refunded_before' }
    const booked = await bookRefund(client, made)
    if (booked === undefined) throw new Error(`the payment of the checkout ${id} no longer exists`)
    if (booked.isOver) {
      // Under its key Stripe would answer the same again.
      await dropRefund(client, claim.id)
      return { kind: 'failed' }
    }
    await noteRefunded(client, claim.id, booked.entryId)
    return { kind: 'refunded', amountCents: made.amountCents, balanceCents: await getBalance(client, organizationId) }
  })
}
