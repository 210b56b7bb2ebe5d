/**
 * The turns of sending processes. One process at a time sends to a receiver and holds a claim. A
 * task is queued for the claim's expiry, in case the process dies.
 */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { mostFailingMs } from './schedule.ts'
import { queueSendingAt } from './store.ts'
import { switchOff } from './switch-off.ts'

export interface TurnServices {
  readonly pool: pg.Pool
  readonly publicUrl: string
}

/** The lifetime of a claim, longer than one attempt may take. */
const claimMs = 60_000

export interface Claimed {
  readonly id: string
  readonly claim: string
  readonly sealed_address: Buffer
  readonly failures: number
}

/**
 * Takes the turn of a receiver. Returns null if another process has it, the notification is off, or
 * the time to retry a receiver that is down has not come.
 */
export async function claim(pool: pg.Pool, id: string, now: Date): Promise<Claimed | null> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query<Claimed & { retry_at: Date | null; claimed_until: Date | null }>(
      `select id, sealed_address, failures, retry_at, claimed_until
         from notifications n where id = $1 and kind <> 'email' and disabled_at is null
          and exists (select from organizations o where o.id = n.organization_id and o.deleted_at is null)
          for update`,
      [id],
    )
    const [row] = rows
    if (row === undefined) return null
    const free = Math.max(row.claimed_until?.getTime() ?? 0, row.retry_at?.getTime() ?? 0)
    if (free > now.getTime()) {
      await queueSendingAt(client, id, new Date(free))
      return null
    }
    const claim = randomUUID()
    await extend(client, id, claim, now)
    return { ...row, claim }
  })
}

async function extend(client: Database, id: string, claim: string, now: Date): Promise<void> {
  const until = new Date(now.getTime() + claimMs)
  await client.query('update notifications set claim = $2, claimed_until = $3 where id = $1', [id, claim, until])
  await queueSendingAt(client, id, until)
}

export interface Waiting {
  readonly id: string
  readonly body: string
  readonly attempts: number
}

/**
 * Returns the oldest due delivery, and extends the claim. Returns null if none is due, which ends
 * the turn, or if another process has taken the turn.
 */
export async function nextDelivery(pool: pg.Pool, turn: Claimed, now: Date): Promise<Waiting | null> {
  return transaction(pool, async (client) => {
    if (!(await holds(client, turn))) return null
    const { rows } = await client.query<Waiting>({
      name: 'next-delivery-of-notification',
      text: `select id, body, attempts from notification_deliveries
              where notification_id = $1 and state = 'waiting' and next_at <= $2 order by created_at, position limit 1`,
      values: [turn.id, now],
    })
    const [row] = rows
    if (row === undefined) await release(client, turn.id)
    else await extend(client, turn.id, turn.claim, now)
    return row ?? null
  })
}

/**
 * Locks the notification. Returns false if another process has taken the turn after the claim
 * expired, or the notification is off.
 */
async function holds(client: Database, { id, claim }: Claimed): Promise<boolean> {
  const { rowCount } = await client.query(
    'select from notifications where id = $1 and claim = $2 and disabled_at is null for update',
    [id, claim],
  )
  return rowCount === 1
}

/** Ends the turn, and queues the next one for when a delivery and its receiver are both due. */
async function release(client: Database, id: string): Promise<void> {
  await client.query('update notifications set claim = null, claimed_until = null where id = $1', [id])
  const { rows } = await client.query<{ at: Date | null }>(
    `select greatest(min(d.next_at), n.retry_at) as at
       from notification_deliveries d join notifications n on n.id = d.notification_id
      where d.notification_id = $1 and d.state = 'waiting' group by n.id`,
    [id],
  )
  const at = rows[0]?.at ?? null
  if (at !== null) await queueSendingAt(client, id, at)
  else await client.query("select graphile_worker.remove_job('send_notifications:' || $1)", [id])
}

/** Ends the turn early, because this process stops. */
export async function giveBack(pool: pg.Pool, turn: Claimed): Promise<void> {
  await transaction(pool, async (client) => {
    if (await holds(client, turn)) await release(client, turn.id)
  })
}

/** The result of an attempt. */
export interface Attempt {
  readonly delivery: Waiting
  readonly at: Date
  readonly status: number | null
  /** The receiver's response text, or the reason why there was none. */
  readonly answer: string
}

/** Records that a message has arrived, even if the turn was lost meanwhile. */
export async function noteSent(pool: pg.Pool, turn: Claimed, attempt: Attempt): Promise<void> {
  await transaction(pool, async (client) => {
    // Locked before its delivery, in the order of every other change.
    await client.query('update notifications set failures = 0, retry_at = null, failing_since = null where id = $1', [
      turn.id,
    ])
    await noteAttempt(client, attempt, 'sent', attempt.at)
  })
}

/**
 * Records that the receiver refused a message, which is retried alone while others are sent. Like
 * every failure, it is ignored if the process has lost its turn. Returns the number of abandoned
 * deliveries.
 */
export async function noteRefused(
  services: TurnServices,
  turn: Claimed,
  attempt: Attempt,
  nextAt: Date,
): Promise<number> {
  return transaction(services.pool, async (client) => {
    if (!(await holds(client, turn))) return 0
    await noteAttempt(client, attempt, 'waiting', nextAt)
    const overdue = await failOverdue(client, { id: attempt.delivery.id }, attempt.at)
    return overdue + (await noteTrouble(services, client, turn, attempt.at, null)).failed
  })
}

/**
 * Records that the receiver accepts nothing at present, and ends the turn. Waiting messages keep
 * their order until the receiver is retried. Returns the number of abandoned deliveries.
 */
export async function noteDown(
  services: TurnServices,
  turn: Claimed,
  attempt: Attempt,
  retryAt: Date,
): Promise<number> {
  return transaction(services.pool, async (client) => {
    if (!(await holds(client, turn))) return 0
    await noteAttempt(client, attempt, 'waiting', attempt.at)
    const overdue = await failOverdue(client, { notificationId: turn.id }, attempt.at)
    const { isOn, failed } = await noteTrouble(services, client, turn, attempt.at, retryAt)
    if (isOn) await release(client, turn.id)
    return overdue + failed
  })
}

/**
 * Records that the receiver wants no further messages, and switches the notification off. Returns
 * the number of abandoned deliveries.
 */
export async function noteGone(services: TurnServices, turn: Claimed, attempt: Attempt): Promise<number> {
  return transaction(services.pool, async (client) => {
    if (!(await holds(client, turn))) return 0
    await noteAttempt(client, attempt, 'waiting', attempt.at)
    return switchOff(services, client, turn.id, attempt.at, 'answers that it is gone (410)')
  })
}

async function noteAttempt(
  client: Database,
  { delivery, at, status, answer }: Attempt,
  state: 'sent' | 'waiting',
  nextAt: Date,
): Promise<void> {
  await client.query({
    name: 'note-attempt-of-delivery',
    text: `update notification_deliveries
              set state = $2, next_at = $3, attempts = attempts + 1, last_at = $4, last_status = $5, last_answer = $6 where id = $1`,
    values: [delivery.id, state, nextAt, at, status, answer],
  })
}

/**
 * Abandons deliveries that have been retried for a day: one, or all of a receiver. Returns their
 * number.
 */
async function failOverdue(
  client: Database,
  of: { readonly id: string } | { readonly notificationId: string },
  now: Date,
): Promise<number> {
  const [column, id] = 'id' in of ? ['id', of.id] : ['notification_id', of.notificationId]
  const { rowCount } = await client.query(
    `update notification_deliveries set state = 'failed' where ${column} = $1 and state = 'waiting' and expires_at <= $2`,
    [id, now],
  )
  return rowCount ?? 0
}

/**
 * Records the time of the first failure in a row, and switches the notification off after five days
 * of failures. Returns whether it is still on, and the number of abandoned deliveries.
 */
async function noteTrouble(
  services: TurnServices,
  client: Database,
  { id }: Claimed,
  now: Date,
  retryAt: Date | null,
): Promise<{ readonly isOn: boolean; readonly failed: number }> {
  const { rows } = await client.query<{ failing_since: Date }>(
    `update notifications set retry_at = $2, failures = case when $2::timestamptz is null then 0 else failures + 1 end,
            failing_since = coalesce(failing_since, $3)
      where id = $1 and disabled_at is null returning failing_since`,
    [id, retryAt, now],
  )
  const since = rows[0]?.failing_since
  if (since === undefined) return { isOn: false, failed: 0 }
  if (now.getTime() - since.getTime() < mostFailingMs) return { isOn: true, failed: 0 }
  const because = `has taken nothing since ${since.toISOString().slice(0, 10)}`
  return { isOn: false, failed: await switchOff(services, client, id, now, because) }
}
