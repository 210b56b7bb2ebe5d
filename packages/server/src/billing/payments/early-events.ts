/** What Stripe tells of a payment before that was credited, if it ever is: the account may take payments for others too. */
import type { Task } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { readText } from '../../platform/worker/payload.ts'

const hourMs = 3_600_000
/** Stripe tells of a payment for three days at most. */
const mostWaitMs = 4 * 24 * hourMs

/** What waits for its payment: the task that books it, and what that is given. */
export interface Early {
  readonly task: 'book_refund' | 'book_dispute'
  readonly paymentIntent: string
  /** Of what waits, once. */
  readonly name: string
  readonly payload: Readonly<Record<string, string | boolean>>
}

/** Has it booked once its payment is credited; `until` null: from now on for as long as Stripe may tell of that. */
export async function queueEarly(database: Database, early: Early, until: string | null = null): Promise<void> {
  const { task, paymentIntent, name, payload } = early
  const last = until ?? new Date(Date.now() + mostWaitMs).toISOString()
  await database.query(
    `select graphile_worker.add_job($1, $2::json, job_key => $3, run_at => now() + interval '1 hour')`,
    [task, JSON.stringify({ ...payload, until: last }), `${keyOf(paymentIntent)}${name}`],
  )
}

/** Has what waits for a payment booked now. */
export async function wakeEarly(database: Database, paymentIntent: string): Promise<void> {
  await database.query(
    `select graphile_worker.reschedule_jobs(array(
       select id from graphile_worker.jobs where task_identifier in ('book_refund', 'book_dispute') and starts_with(key, $1)), run_at => now())`,
    [keyOf(paymentIntent)],
  )
}

/** Books what waits, or lets it wait for another hour. `book` gives false where the payment is still not there. */
export function earlyTask<News>(
  { pool, log }: { readonly pool: pg.Pool; readonly log: Logger },
  read: (payload: unknown) => News,
  early: (news: News) => Early,
  book: (client: pg.ClientBase, news: News) => Promise<boolean>,
): Task {
  return async (payload) => {
    const news = read(payload)
    const until = readText(payload, 'until')
    await transaction(pool, async (client) => {
      if (await book(client, news)) return
      if (new Date() < new Date(until)) return queueEarly(client, early(news), until)
      log.info({ early: early(news).name }, 'a Stripe event belongs to no payment of this server')
    })
  }
}

function keyOf(paymentIntent: string): string {
  return `payment:${paymentIntent}:`
}
