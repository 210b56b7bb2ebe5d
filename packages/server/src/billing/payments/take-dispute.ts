import type { Logger } from 'pino'
import type { Stripe } from 'stripe'
import type { Database } from '../../platform/database/transaction.ts'
import { bookDispute } from './book-dispute.ts'
import { movementsOf } from './disputes.ts'
import { queueDispute } from './early-disputes.ts'

/** Books what Stripe tells that a dispute moved, or has it wait for its payment. `isMoved`: the event says that something was. */
export async function takeDispute(
  client: Database,
  log: Logger,
  dispute: Stripe.Dispute,
  isMoved: boolean,
): Promise<void> {
  const { id, amount, currency, status, payment_intent: intent } = dispute
  const paymentIntent = typeof intent === 'string' ? intent : intent?.id
  const facts = { dispute: id, payment_intent: paymentIntent }
  // What was paid in a checkout has one.
  if (paymentIntent === undefined) return log.info(facts, 'a Stripe dispute belongs to no payment of this server')
  const movements = movementsOf(dispute, paymentIntent)
  const isLacking = isMoved && movements?.length === 0
  if (movements === null || isLacking || (currency !== 'usd' && movements.length > 0))
    return log.error({ ...facts, status, amount, currency }, 'a Stripe dispute was not booked: check it at Stripe')
  for (const movement of movements) if (!(await bookDispute(client, movement))) await queueDispute(client, movement)
}
