/**
 * The turns in which processes send. One process at a time sends to a receiver: it holds a claim,
 * and a task is queued for the claim's end, should the process die.
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

/** Longer than one attempt may take. */
const claimMs = 60_000

export interface Claimed {
  readonly id: string
  readonly claim: string
  readonly sealed_address: Buffer
  readonly failures: number
}

/**
 * Takes the turn of a receiver. Returns null if another process has it, or there is nothing to send
 * to. A receiver that is down is left alone until its time.
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
 * Returns the oldest delivery that is due, and prolongs the claim. Returns null if there is none,
 * and the turn is over; or another process has taken the turn.
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

/** Locks the notification; false when the claim has ended and another process has taken its turn. */
async function holds(client: Database, { id, claim }: Claimed): Promise<boolean> {
  const { rowCount } = await client.query(
    'select from notifications where id = $1 and claim = $2 and disabled_at is null for update',
    [id, claim],
  )
  return rowCount === 1
}

/** Gives the turn back, and queues the next: when the receiver, or a message of its own, is due. */
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

/** Gives the turn back before its end, because this process stops. */
export async function giveBack(pool: pg.Pool, turn: Claimed): Promise<void> {
  await transaction(pool, async (client) => {
    if (await holds(client, turn)) await release(client, turn.id)
  })
}

/** How an attempt ended. */
export interface Attempt {
  readonly delivery: Waiting
  readonly at: Date
  readonly status: number | null
  /** Quotes the receiver, or says why it said nothing. */
  readonly answer: string
}

/** Notes that a message has arrived, also when the turn was lost meanwhile. */
export async function noteSent(pool: pg.Pool, turn: Claimed, attempt: Attempt): Promise<void> {
  await transaction(pool, async (client) => {
    // Before its delivery, as every change locks them.
    await client.query('update notifications set failures = 0, retry_at = null, failing_since = null where id = $1', [
      turn.id,
    ])
    await noteAttempt(client, attempt, 'sent', attempt.at)
  })
}

/**
 * Notes that the receiver refused a message: others go on, and this one has a time of its own. As
 * for every trouble, what a process learns that has lost its turn does not count. Returns how many
 * deliveries are abandoned, as the others do.
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
 * Notes that nothing arrives at present, and ends the turn. Waiting messages keep their order until
 * the receiver is tried again.
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

/** Notes that the receiver wants no more, and switches the notification off. */
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

/** Gives up deliveries that have been tried for a day: one, or all of a receiver. Returns how many. */
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
 * Notes since when nothing has arrived, and switches the notification off after days of it. Returns
 * whether it is still on, and how many deliveries are abandoned.
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
