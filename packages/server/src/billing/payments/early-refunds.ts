/** Refunds that Stripe told of before the payment that they are of was credited. */
import type { Task } from 'graphile-worker'
import type { Database } from '../../platform/database/transaction.ts'
import { readFlag, readText } from '../../platform/worker/payload.ts'
import { bookRefund } from './book-refund.ts'
import { type Early, earlyTask, queueEarly } from './early-events.ts'
import type { RefundNews } from './refunds.ts'

export function queueRefund(database: Database, refund: RefundNews): Promise<void> {
  return queueEarly(database, earlyOf(refund))
}

export function bookRefundTask(services: Parameters<typeof earlyTask>[0]): Task {
  return earlyTask(services, readRefund, earlyOf, async (client, refund) => {
    return (await bookRefund(client, refund)) !== undefined
  })
}

function earlyOf(refund: RefundNews): Early {
  const { id, paymentIntent, amountCents, isOver } = refund
  const payload = { id, paymentIntent, amountCents: String(amountCents), isOver }
  return { task: 'book_refund', paymentIntent, name: `${id}:${isOver}`, payload }
}

function readRefund(payload: unknown): RefundNews {
  return {
    id: readText(payload, 'id'),
    paymentIntent: readText(payload, 'paymentIntent'),
    amountCents: Number(readText(payload, 'amountCents')),
    isOver: readFlag(payload, 'isOver'),
  }
}
