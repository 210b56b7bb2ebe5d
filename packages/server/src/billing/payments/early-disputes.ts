/** What disputes moved of payments before those were credited. */
import type { Task } from 'graphile-worker'
import type { Database } from '../../platform/database/transaction.ts'
import { readText } from '../../platform/worker/payload.ts'
import { bookDispute } from './book-dispute.ts'
import type { DisputeMovement } from './disputes.ts'
import { type Early, earlyTask, queueEarly } from './early-events.ts'

export function queueDispute(database: Database, movement: DisputeMovement): Promise<void> {
  return queueEarly(database, earlyOf(movement))
}

export function bookDisputeTask(services: Parameters<typeof earlyTask>[0]): Task {
  return earlyTask(services, readMovement, earlyOf, bookDispute)
}

function earlyOf(movement: DisputeMovement): Early {
  const { id, paymentIntent, amountCents } = movement
  return { task: 'book_dispute', paymentIntent, name: id, payload: { ...movement, amountCents: String(amountCents) } }
}

function readMovement(payload: unknown): DisputeMovement {
  return {
    id: readText(payload, 'id'),
    dispute: readText(payload, 'dispute'),
    paymentIntent: readText(payload, 'paymentIntent'),
    amountCents: Number(readText(payload, 'amountCents')),
  }
}
