/** Refunds that Stripe told of before the payment that they are of was credited, if it ever is: the account may take payments for others too. */
import type { Task } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import { type Database, transaction } from '../database/transaction.ts'
import { readFlag, readText } from '../worker/payload.ts'
import { bookRefund } from './book-refund.ts'
import type { RefundNews } from './refund-entries.ts'

const hourMs = 3_600_000
/** Stripe tells of a payment for three days at most. */
const mostWaitMs = 4 * 24 * hourMs

/** Has a refund booked once its payment is credited; `until` null: from now on for as long as Stripe may tell of that. */
export async function queueRefund(database: Database, refund: RefundNews, until: string | null = null): Promise<void> {
  const last = until ?? new Date(Date.now() + mostWaitMs).toISOString()
  const payload = { ...refund, amountCents: String(refund.amountCents), until: last }
  await database.query(
    `select graphile_worker.add_job('book_refund', $1::json, job_key => $2, run_at => now() + interval '1 hour')`,
    [JSON.stringify(payload), `${keyOf(refund.paymentIntent)}${refund.id}:${refund.isOver}`],
  )
}

/** Has what waits for a payment booked now. */
export async function wakeRefunds(database: Database, paymentIntent: string): Promise<void> {
  await database.query(
    `select graphile_worker.reschedule_jobs(array(
       select id from graphile_worker.jobs where task_identifier = 'book_refund' and starts_with(key, $1)), run_at => now())`,
    [keyOf(paymentIntent)],
  )
}

/** Books a refund that waits, or lets it wait for another hour. */
export function bookRefundTask({ pool, log }: { readonly pool: pg.Pool; readonly log: Logger }): Task {
  return async (payload) => {
    const refund = {
      id: readText(payload, 'id'),
      paymentIntent: readText(payload, 'paymentIntent'),
      amountCents: Number(readText(payload, 'amountCents')),
      isOver: readFlag(payload, 'isOver'),
    }
    const until = readText(payload, 'until')
    await transaction(pool, async (client) => {
      if ((await bookRefund(client, refund)) !== undefined) return
      if (new Date() < new Date(until)) await queueRefund(client, refund, until)
      else log.info({ refund: refund.id }, 'a refund at Stripe is of no payment of this server')
    })
  }
}

function keyOf(paymentIntent: string): string {
  return `refund:${paymentIntent}:`
}
