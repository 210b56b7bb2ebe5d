import type pg from 'pg'
import type { Logger } from 'pino'
import type { Stripe } from 'stripe'
import { transaction } from '../../platform/database/transaction.ts'
import { insertEvent } from './payment-store.ts'
import { takeDispute } from './take-dispute.ts'
import { takeRefund } from './take-refund.ts'
import { takeSession } from './take-session.ts'

/** Acts on a signed event, once; all of it, or nothing. */
export function takeEvent(
  { pool, log }: { readonly pool: pg.Pool; readonly log: Logger },
  event: Stripe.Event,
): Promise<void> {
  return transaction(pool, async (client) => {
    if (!(await insertEvent(client, event.id, event.type))) return
    const about = log.child({ event: event.id })
    switch (event.type) {
      case 'checkout.session.completed':
      case 'checkout.session.async_payment_succeeded':
      case 'checkout.session.async_payment_failed':
      case 'checkout.session.expired':
        return takeSession(client, about, event.type, event.data.object)
      // Each has the refund itself; `charge.refunded` has only what a charge's refunds come to.
      case 'refund.created':
      case 'refund.updated':
      case 'refund.failed':
        return takeRefund(client, about, event.data.object)
      case 'charge.dispute.funds_withdrawn':
      case 'charge.dispute.funds_reinstated':
        return takeDispute(client, about, event.data.object, true)
      // Tell of the same, should one of those before have been lost.
      case 'charge.dispute.created':
      case 'charge.dispute.updated':
      case 'charge.dispute.closed':
        return takeDispute(client, about, event.data.object, false)
      default:
        return
    }
  })
}
