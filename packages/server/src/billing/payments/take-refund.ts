import type { Logger } from 'pino'
import type { Stripe } from 'stripe'
import type { Database } from '../../platform/database/transaction.ts'
import { bookRefund } from './book-refund.ts'
import { queueRefund } from './early-refunds.ts'
import { isRefundOver } from './refunds.ts'

/** Books what Stripe tells of a refund, or has it wait for its payment. */
export async function takeRefund(client: Database, log: Logger, refund: Stripe.Refund): Promise<void> {
  const { id, amount: amountCents, currency, status, payment_intent: intent } = refund
  const paymentIntent = typeof intent === 'string' ? intent : intent?.id
  const isOver = isRefundOver(status)
  const facts = { refund: id, payment_intent: paymentIntent }
  // What was paid in a checkout has one.
  if (paymentIntent === undefined) return log.info(facts, 'a Stripe refund belongs to no payment of this server')
  if (isOver === null || currency !== 'usd' || !Number.isSafeInteger(amountCents) || amountCents <= 0)
    return log.error({ ...facts, status, amountCents, currency }, 'a Stripe refund was not booked: check it at Stripe')
  const news = { id, paymentIntent, amountCents, isOver }
  if ((await bookRefund(client, news)) === undefined) await queueRefund(client, news)
}
