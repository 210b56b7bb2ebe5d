/** Handles Stripe's events. */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Stripe } from 'stripe'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { writeCredit } from '../ledger/ledger.ts'
import { bookOrQueue, wakeBookings } from './booking.ts'
import { decideCheckout } from './decide-checkout.ts'
import { disputeBooking, movementsOf } from './disputes.ts'
import { type Checkout, closeCheckout, completeCheckout, insertEvent, lockCheckout } from './payment-store.ts'
import { isRefundOver, refundBooking } from './refunds.ts'

/** Handles a signed event once, in one transaction. */
export function handleEvent(
  { pool, log }: { readonly pool: pg.Pool; readonly log: Logger },
  event: Stripe.Event,
): Promise<void> {
  return transaction(pool, async (client) => {
    if (!(await insertEvent(client, event.id, event.type))) return
    const eventLog = log.child({ event: event.id })
    switch (event.type) {
      case 'checkout.session.completed':
      case 'checkout.session.async_payment_succeeded':
      case 'checkout.session.async_payment_failed':
      case 'checkout.session.expired':
        return handleSession(client, eventLog, event.type, event.data.object)
      // Each of these events contains the refund itself; `charge.refunded` has only the sum of a
      // charge's refunds.
      case 'refund.created':
      case 'refund.updated':
      case 'refund.failed':
        return handleRefund(client, eventLog, event.data.object)
      case 'charge.dispute.funds_withdrawn':
      case 'charge.dispute.funds_reinstated':
        return handleDispute(client, eventLog, event.data.object, true)
      // These events repeat the movements, in case one of the events above was lost.
      case 'charge.dispute.created':
      case 'charge.dispute.updated':
      case 'charge.dispute.closed':
        return handleDispute(client, eventLog, event.data.object, false)
      default:
        return
    }
  })
}

async function handleSession(
  client: Database,
  log: Logger,
  type: string,
  session: Stripe.Checkout.Session,
): Promise<void> {
  const name = session.client_reference_id
  const checkout = name === null ? undefined : await lockCheckout(client, name)
  const facts = { session: session.id, checkout: name }
  // Other products may take payments with the same account.
  if (checkout === undefined) return log.info(facts, 'a Stripe event belongs to no checkout of this server')
  const verdict = decideCheckout(checkout, {
    type,
    sessionId: session.id,
    isPaid: session.payment_status === 'paid',
    amountCents: session.amount_total,
    currency: session.currency,
  })
  if (verdict.do === 'credit') await credit(client, checkout, session)
  else if (verdict.do === 'close') await closeCheckout(client, checkout.id, verdict.state)
  else if (verdict.do === 'alert')
    log.error({ ...facts, reason: verdict.reason }, 'a Stripe payment was not credited: check it at Stripe')
}

async function credit(client: Database, checkout: Checkout, session: Stripe.Checkout.Session): Promise<void> {
  const entryId = randomUUID()
  const { organizationId, amountCents } = checkout
  const entry = { id: entryId, organizationId, amountCents, source: 'stripe_topup', description: session.id } as const
  await writeCredit(client, entry)
  const paymentIntent = intentId(session) ?? null
  await completeCheckout(client, checkout.id, { sessionId: session.id, paymentIntent, entryId })
  if (paymentIntent !== null) await wakeBookings(client, paymentIntent)
}

async function handleRefund(client: Database, log: Logger, refund: Stripe.Refund): Promise<void> {
  const { id, amount: amountCents, currency, status } = refund
  const paymentIntent = intentId(refund)
  const isOver = isRefundOver(status)
  const facts = { refund: id, payment_intent: paymentIntent }
  // A payment by checkout always has an intent.
  if (paymentIntent === undefined) return log.info(facts, 'a Stripe refund belongs to no payment of this server')
  if (isOver === null || currency !== 'usd' || !Number.isSafeInteger(amountCents) || amountCents <= 0)
    return log.error({ ...facts, status, amountCents, currency }, 'a Stripe refund was not booked: check it at Stripe')
  await bookOrQueue(client, refundBooking, { id, paymentIntent, amountCents, isOver })
}

/** `isMoved`: the event announces a movement, so the dispute must contain one. */
async function handleDispute(client: Database, log: Logger, dispute: Stripe.Dispute, isMoved: boolean): Promise<void> {
  const { id, amount, currency, status } = dispute
  const paymentIntent = intentId(dispute)
  const facts = { dispute: id, payment_intent: paymentIntent }
  if (paymentIntent === undefined) return log.info(facts, 'a Stripe dispute belongs to no payment of this server')
  const movements = movementsOf(dispute, paymentIntent)
  const isMissing = isMoved && movements?.length === 0
  if (movements === null || isMissing || (currency !== 'usd' && movements.length > 0))
    return log.error({ ...facts, status, amount, currency }, 'a Stripe dispute was not booked: check it at Stripe')
  for (const movement of movements) await bookOrQueue(client, disputeBooking, movement)
}

function intentId({
  payment_intent: intent,
}: {
  readonly payment_intent: string | Stripe.PaymentIntent | null
}): string | undefined {
  return typeof intent === 'string' ? intent : intent?.id
}
