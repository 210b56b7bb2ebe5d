/**
 * Deliveries of forges. Each delivery is accepted once, and its bytes are stored until it is
 * processed.
 */
import type { Database } from '../../platform/database/transaction.ts'
import { currentTrace } from '../../platform/tracing/current-trace.ts'

export interface DeliveryName {
  readonly forge: string
  readonly deliveryId: string
}

/** Returns false if the delivery was accepted before. */
export async function insertDelivery(
  database: Database,
  { forge, deliveryId }: DeliveryName,
  event: string,
  payload: Buffer,
): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'insert-delivery',
    text: `insert into webhook_deliveries (forge, delivery_id, event, payload) values ($1, $2, $3, $4)
           on conflict do nothing`,
    values: [forge, deliveryId, event, payload],
  })
  return rowCount === 1
}

/**
 * Queues a delivery, with retries until it is processed. Its builds belong to the current trace.
 */
export async function queueDelivery(database: Database, { forge, deliveryId }: DeliveryName): Promise<void> {
  await database.query({
    name: 'queue-delivery',
    text: "select graphile_worker.add_job('process_delivery', $1::json)",
    values: [JSON.stringify({ forge, delivery_id: deliveryId, trace: currentTrace() })],
  })
}

interface OpenDelivery {
  readonly event: string
  readonly payload: Buffer
}

/** Finds a delivery that is not processed yet. */
export async function findOpenDelivery(
  database: Database,
  { forge, deliveryId }: DeliveryName,
): Promise<OpenDelivery | undefined> {
  const { rows } = await database.query<OpenDelivery>({
    name: 'find-open-delivery',
    text: `select event, payload from webhook_deliveries
            where forge = $1 and delivery_id = $2 and processed_at is null and payload is not null`,
    values: [forge, deliveryId],
  })
  return rows[0]
}

/**
 * Marks a delivery as processed and deletes its bytes. `problem`: the reason why it had no effect.
 */
export async function closeDelivery(
  database: Database,
  { forge, deliveryId }: DeliveryName,
  problem: string | null,
): Promise<void> {
  await database.query({
    name: 'close-delivery',
    text: `update webhook_deliveries
              set payload = null, processed_at = date_trunc('milliseconds', now()), problem = $3
            where forge = $1 and delivery_id = $2`,
    values: [forge, deliveryId, problem],
  })
}

/** Deletes deliveries older than 30 days. Returns their number. */
export async function removeOldDeliveries(database: Database): Promise<number> {
  const { rowCount } = await database.query(
    "delete from webhook_deliveries where received_at < now() - interval '30 days'",
  )
  return rowCount ?? 0
}
