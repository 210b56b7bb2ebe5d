/** Deliveries on request: a test message, and a repeated delivery. */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { findMember } from '../../organizations/members/store.ts'
import type { Actor } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import type { Sealer } from '../../platform/encryption/seal.ts'
import { apiError } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import { audit } from '../change.ts'
import { testMessage } from '../messages.ts'
import { queueNotice } from '../notices.ts'
import { type DeliveryRow, findDelivery, type NotificationRow } from '../store.ts'
import { triedMs } from './schedule.ts'
import { queueDelivery, queueSendingAt } from './store.ts'

export interface AgainServices {
  readonly pool: pg.Pool
  readonly sealer: Sealer
  readonly publicUrl: string
}

/** The organization of a notification. */
interface Place {
  readonly organizationId: string
  readonly organizationSlug: string
}

/**
 * Sends a test message. Throws 409 `notification_disabled` if the notification is off or its member
 * has left.
 */
export async function sendTest(services: AgainServices, place: Place, row: NotificationRow): Promise<DeliveryRow> {
  requireOn(row)
  const { organizationSlug } = place
  const [id, at] = [randomUUID(), new Date()]
  const url = `${services.publicUrl}/${organizationSlug}/settings/notifications`
  const body = testMessage(row.kind, organizationSlug, formatInstant(at), url)
  return transaction(services.pool, async (client) => {
    await queueDelivery(client, row.id, { id, event: 'test', body, at }, row.kind === 'email')
    if (row.kind === 'email') await mailAgain(services, client, place, row, body)
    return requireDelivery(client, row.id, id)
  })
}

/**
 * Sends a delivery again under its own key, by which the receiver can detect a duplicate. Throws
 * 409 `notification_disabled` if the notification is off or its member has left.
 */
export async function replayDelivery(
  services: AgainServices,
  place: Place,
  actor: Actor,
  row: NotificationRow,
  deliveryId: string,
): Promise<DeliveryRow> {
  const { id, body } = await requireDelivery(services.pool, row.id, deliveryId)
  requireOn(row)
  return transaction(services.pool, async (client) => {
    await audit(client, actor, place.organizationId, 'replayed', row, { delivery: id })
    if (row.kind === 'email') await mailAgain(services, client, place, row, body)
    else await sendAgain(client, row.id, id, new Date())
    return requireDelivery(client, row.id, id)
  })
}

async function sendAgain(client: Database, notificationId: string, id: string, now: Date): Promise<void> {
  // Locked before its delivery, in the order of the sender: the reverse order could deadlock.
  await client.query('update notifications set retry_at = null where id = $1', [notificationId])
  await client.query(
    `update notification_deliveries set state = 'waiting', next_at = $2, expires_at = $2::timestamptz + $3 * interval '1 millisecond'
      where id = $1`,
    [id, now, triedMs],
  )
  await queueSendingAt(client, notificationId, now)
}

async function mailAgain(
  services: AgainServices,
  client: Database,
  { organizationId, organizationSlug }: Place,
  { id, user_id: userId }: NotificationRow,
  body: string,
): Promise<void> {
  const member = userId === null ? undefined : await findMember(client, organizationId, userId)
  if (member === undefined)
    throw apiError('notification_disabled', 'Mails go to members only, and this one has left the organization.')
  await queueNotice(services, client, { id, email: member.email, organization: organizationSlug }, body)
}

async function requireDelivery(database: Database, notificationId: string, id: string): Promise<DeliveryRow> {
  const row = await findDelivery(database, notificationId, id)
  if (row === undefined) throw apiError('delivery_not_found', 'This notification has no such delivery.')
  return row
}

function requireOn({ disabled_at: disabledAt }: NotificationRow): void {
  if (disabledAt === null) return
  throw apiError('notification_disabled', 'This notification is switched off; switch it on first.')
}
