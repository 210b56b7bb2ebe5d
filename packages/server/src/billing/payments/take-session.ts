import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Stripe } from 'stripe'
import type { Database } from '../../platform/database/transaction.ts'
import { writeCredit } from '../ledger/ledger.ts'
import { decideCheckout, type SessionNews } from './decide-checkout.ts'
import { wakeEarly } from './early-events.ts'
import { type Checkout, closeCheckout, completeCheckout, lockCheckout } from './payment-store.ts'

/** Does to a checkout what Stripe tells of its session. */
export async function takeSession(
  client: Database,
  log: Logger,
  type: string,
  session: Stripe.Checkout.Session,
): Promise<void> {
  const name = session.client_reference_id
  const checkout = name === null ? undefined : await lockCheckout(client, name)
  const facts = { session: session.id, checkout: name }
  // Payments that others take with the same account are none of ours.
  if (checkout === undefined) return log.info(facts, 'a Stripe event belongs to no checkout of this server')
  const verdict = decideCheckout(checkout, newsOf(type, session))
  if (verdict.do === 'credit') await credit(client, checkout, session)
  else if (verdict.do === 'close') await closeCheckout(client, checkout.id, verdict.state)
  else if (verdict.do === 'alert')
    log.error({ ...facts, reason: verdict.reason }, 'a Stripe payment was not credited: check it at Stripe')
}

function newsOf(type: string, session: Stripe.Checkout.Session): SessionNews {
  return {
    type,
    sessionId: session.id,
    isPaid: session.payment_status === 'paid',
    amountCents: session.amount_total,
    currency: session.currency,
  }
}

async function credit(client: Database, checkout: Checkout, session: Stripe.Checkout.Session): Promise<void> {
  const entryId = randomUUID()
  const { organizationId, amountCents } = checkout
  const entry = { id: entryId, organizationId, amountCents, source: 'stripe_topup', description: session.id } as const
  await writeCredit(client, entry)
  const { payment_intent: intent } = session
  const paymentIntent = intent === null || typeof intent === 'string' ? intent : intent.id
  await completeCheckout(client, checkout.id, { sessionId: session.id, paymentIntent, entryId })
  if (paymentIntent !== null) await wakeEarly(client, paymentIntent)
}
