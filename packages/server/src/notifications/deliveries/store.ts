/** Deliveries of notifications, and the tasks that send them. */
import type { Database } from '../../platform/database/transaction.ts'
import { triedMs } from './schedule.ts'

interface Message {
  /** The idempotency key. */
  readonly id: string
  readonly event: string
  readonly body: string
  readonly at: Date
}

/**
 * Writes a delivery, with the task that sends it. `isSent`: the mail is already in its queue, so no
 * task is needed.
 */
export async function queueDelivery(
  database: Database,
  notificationId: string,
  { id, event, body, at }: Message,
  isSent = false,
): Promise<void> {
  await database.query({
    name: 'insert-delivery-of-notification',
    text: `insert into notification_deliveries (id, notification_id, event, body, state, created_at, expires_at, next_at, attempts, last_at)
           values ($1, $2, $3, $4, $5, $6, $6::timestamptz + $7 * interval '1 millisecond', $6, $8, case when $8 = 1 then $6 end)`,
    values: [id, notificationId, event, body, isSent ? 'sent' : 'waiting', at, triedMs, isSent ? 1 : 0],
  })
  if (!isSent) await queueSending(database, notificationId)
}

/**
 * Queues the task that sends waiting deliveries. Does not change the time of a queued task: the
 * receiver is down, or another process is sending to it.
 */
async function queueSending(database: Database, notificationId: string): Promise<void> {
  await addTask(database, notificationId, null, 'preserve_run_at')
}

/** Queues the task for the given time, replacing its earlier time. */
export async function queueSendingAt(database: Database, notificationId: string, at: Date): Promise<void> {
  await addTask(database, notificationId, at, 'replace')
}

async function addTask(
  database: Database,
  notificationId: string,
  at: Date | null,
  mode: 'replace' | 'preserve_run_at',
): Promise<void> {
  await database.query({
    name: 'queue-sending',
    text: `select graphile_worker.add_job('send_notifications', json_build_object('notification_id', $1::text), run_at := $2,
             job_key := 'send_notifications:' || $1, job_key_mode := $3)`,
    values: [notificationId, at, mode],
  })
}
