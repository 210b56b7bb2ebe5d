/** Books the refunds and disputes of a payment: at once, or as soon as the payment is credited. */
import { createHash } from 'node:crypto'
import type { Task } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import { recordAudit, systemActor } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { readText } from '../../platform/worker/payload.ts'
import { writeCreditOnce } from '../ledger/ledger.ts'
import { type Checkout, lockOrganizationRow, lockPaidCheckout } from './payment-store.ts'

/** A movement of a payment's money out of the balance or back into it. */
interface PaymentEntry {
  /** Derived from Stripe's id by `entryId`, so that it is booked once. */
  readonly id: string
  /** Negative if it leaves the balance. */
  readonly amountCents: number
  readonly description: (checkout: Checkout) => string | null
  /** The action in the audit log. */
  readonly action: string
  readonly details: Readonly<Record<string, string>>
}

/**
 * Books entries of a payment within a transaction, each once. The balance may fall below zero.
 * Returns false if the payment has not been credited here yet.
 */
export async function bookEntries(
  client: Database,
  paymentIntent: string,
  entries: readonly PaymentEntry[],
): Promise<boolean> {
  const checkout = await lockPaidCheckout(client, paymentIntent)
  if (checkout === undefined) return false
  const { organizationId } = checkout
  const exists = await lockOrganizationRow(client, organizationId)
  for (const { id, amountCents, description, action, details } of entries) {
    const entry = { id, organizationId, amountCents, source: 'refund', description: description(checkout) } as const
    const isBooked = (await writeCreditOnce(client, entry)) === null
    if (isBooked || !exists) continue
    await recordAudit(client, systemActor, {
      organizationId,
      action,
      subject: id,
      details: { checkout: checkout.id, ...details, amount_cents: amountCents },
    })
  }
  return true
}

/** Hashes a name from Stripe to a ledger id, a UUID of version 8 (RFC 9562, 5.8). */
export function entryId(name: string): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** A kind of event that Stripe may send before its payment is credited. */
export interface BookingKind<Event extends { readonly paymentIntent: string }> {
  readonly task: 'book_refund' | 'book_dispute'
  /** Returns a key that distinguishes the events of one payment. */
  keyOf(event: Event): string
  /** Writes an event as the payload of its task. */
  write(event: Event): Readonly<Record<string, string | boolean>>
  read(payload: unknown): Event
  /** Books an event. Returns false if its payment has not been credited here, or not yet. */
  book(client: Database, event: Event): Promise<boolean>
}

const hourMs = 3_600_000
/** Exceeds the three days for which Stripe retries an event. */
const longestWaitMs = 4 * 24 * hourMs

/** Books an event, or queues it until its payment is credited. */
export async function bookOrQueue<Event extends { readonly paymentIntent: string }>(
  client: Database,
  kind: BookingKind<Event>,
  event: Event,
): Promise<void> {
  if (await kind.book(client, event)) return
  await queueBooking(client, kind, event, new Date(Date.now() + longestWaitMs).toISOString())
}

/** Returns the task that books a queued event, or queues it for another hour. */
export function bookingTask<Event extends { readonly paymentIntent: string }>(
  { pool, log }: { readonly pool: pg.Pool; readonly log: Logger },
  kind: BookingKind<Event>,
): Task {
  return async (payload) => {
    const event = kind.read(payload)
    const until = readText(payload, 'until')
    await transaction(pool, async (client) => {
      if (await kind.book(client, event)) return
      if (new Date() < new Date(until)) return queueBooking(client, kind, event, until)
      log.info({ event: kind.keyOf(event) }, 'a Stripe event belongs to no payment of this server')
    })
  }
}

async function queueBooking<Event extends { readonly paymentIntent: string }>(
  database: Database,
  kind: BookingKind<Event>,
  event: Event,
  until: string,
): Promise<void> {
  await database.query(
    `select graphile_worker.add_job($1, $2::json, job_key => $3, run_at => now() + interval '1 hour')`,
    [
      kind.task,
      JSON.stringify({ ...kind.write(event), until }),
      `${jobKeyPrefix(event.paymentIntent)}${kind.keyOf(event)}`,
    ],
  )
}

/** Runs the queued bookings of a payment now. */
export async function wakeBookings(database: Database, paymentIntent: string): Promise<void> {
  await database.query(
    `select graphile_worker.reschedule_jobs(array(
       select id from graphile_worker.jobs
        where task_identifier in ('book_refund', 'book_dispute') and starts_with(key, $1)), run_at => now())`,
    [jobKeyPrefix(paymentIntent)],
  )
}

function jobKeyPrefix(paymentIntent: string): string {
  return `payment:${paymentIntent}:`
}
