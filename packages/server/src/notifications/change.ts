/** Creates, changes and deletes notifications, with an entry in the audit log for each change. */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { lockOrganization, organizationNotFound } from '../organizations/lifecycle/store.ts'
import { type Actor, type AuditEvent, recordAudit } from '../platform/audit/record-audit.ts'
import { type Database, transaction } from '../platform/database/transaction.ts'
import type { Sealer } from '../platform/encryption/seal.ts'
import { apiError, type Body } from '../platform/http/index.ts'
import { FieldErrors } from '../platform/input/field-errors.ts'
import { newSigningSecret } from './deliveries/sign-message.ts'
import { queueSendingAt } from './deliveries/store.ts'
import { openAddress, sealAddress } from './notification.ts'
import { readBranches, readEvents, type Wish } from './read-wish.ts'
import {
  countNotifications,
  deleteNotificationRow,
  findNotification,
  insertNotification,
  lockNotification,
  type NotificationRow,
  setAddress,
  updateNotificationRow,
} from './store.ts'

const mostNotifications = 50

export interface ChangeServices {
  readonly pool: pg.Pool
  readonly sealer: Sealer
}

/** The owner of notifications. */
export interface Owner {
  readonly organizationId: string
  /** null: all pipelines of the organization. */
  readonly pipelineId: string | null
}

/**
 * Creates a notification. Returns it with the secret that signs its messages, which is shown only
 * once.
 */
export async function createNotification(
  { pool, sealer }: ChangeServices,
  { organizationId, pipelineId }: Owner,
  actor: Actor,
  { destination, events, branches }: Wish,
): Promise<{ readonly row: NotificationRow; readonly secret: string | null }> {
  const id = randomUUID()
  const { kind, target } = destination
  const secret = kind === 'webhook' ? newSigningSecret() : null
  const row = await transaction(pool, async (client) => {
    if (!(await lockOrganization(client, organizationId))) throw organizationNotFound()
    if ((await countNotifications(client, organizationId)) >= mostNotifications) refuseAnother()
    await insertNotification(client, {
      ...{ id, organizationId, pipelineId, kind, events, branches, target },
      userId: destination.kind === 'email' ? destination.userId : null,
      sealedAddress:
        destination.kind === 'email' ? null : sealAddress(sealer, id, { url: destination.url, secret, earlier: null }),
      createdBy: actor.userId,
    })
    await audit(client, actor, organizationId, 'created', { kind, target })
    return requireNotification(client, organizationId, id)
  })
  return { row, secret }
}

/** Throws 404 for a notification outside the organization. */
export async function requireNotification(
  database: Database,
  organizationId: string,
  id: string,
): Promise<NotificationRow> {
  return orNotFound(await findNotification(database, organizationId, id))
}

function orNotFound(row: NotificationRow | undefined): NotificationRow {
  if (row === undefined) throw apiError('notification_not_found', 'Notification not found in this organization.')
  return row
}

/**
 * Changes the events and branches of a notification, or switches it on or off. Omitted fields stay
 * unchanged.
 */
export async function updateNotification(
  { pool }: ChangeServices,
  organizationId: string,
  actor: Actor,
  { id }: NotificationRow,
  body: Body<'updateNotification'>,
): Promise<NotificationRow> {
  const errors = new FieldErrors()
  const given = {
    events: body.events && readEvents(errors, body.events),
    branches: body.branches === undefined ? undefined : readBranches(errors, body.branches),
  }
  errors.throwIfAny('request_invalid')
  return transaction(pool, async (client) => {
    const before = orNotFound(await lockNotification(client, organizationId, id))
    const { events = before.events, branches = before.branches } = given
    const isOn = body.enabled ?? before.disabled_at === null
    await updateNotificationRow(client, id, { events, branches, isOn })
    if (isOn && before.disabled_at !== null) await queueSendingAt(client, id, new Date())
    await audit(client, actor, organizationId, 'changed', before, { events, branches, enabled: isOn })
    return requireNotification(client, organizationId, id)
  })
}

const overlapMs = 24 * 3600 * 1000

/**
 * Replaces the secret of a webhook, and returns the new one. For a day, the earlier secret signs as
 * well.
 */
export async function rotateSecret(
  { pool, sealer }: ChangeServices,
  organizationId: string,
  actor: Actor,
  { id }: NotificationRow,
): Promise<string> {
  const secret = newSigningSecret()
  await transaction(pool, async (client) => {
    const row = orNotFound(await lockNotification(client, organizationId, id))
    if (row.kind !== 'webhook' || row.sealed_address === null)
      throw apiError('notification_unsigned', 'Only messages to webhooks are signed; this notification has no secret.')
    const { url, secret: current } = openAddress(sealer, id, row.sealed_address)
    const until = new Date(Date.now() + overlapMs).toISOString()
    const earlier = current === null ? null : { secret: current, until }
    await setAddress(client, id, sealAddress(sealer, id, { url, secret, earlier }))
    await audit(client, actor, organizationId, 'secret_rotated', row)
  })
  return secret
}

export async function deleteNotification(
  { pool }: ChangeServices,
  organizationId: string,
  actor: Actor,
  row: NotificationRow,
): Promise<void> {
  await transaction(pool, async (client) => {
    await deleteNotificationRow(client, row.id)
    await audit(client, actor, organizationId, 'deleted', row)
  })
}

export function audit(
  client: Database,
  actor: Actor,
  organizationId: string,
  verb: string,
  { kind, target }: Pick<NotificationRow, 'kind' | 'target'>,
  details: AuditEvent['details'] = {},
): Promise<void> {
  const action = `notification.${verb}`
  return recordAudit(client, actor, { organizationId, action, subject: target, details: { kind, ...details } })
}

function refuseAnother(): void {
  const errors = new FieldErrors()
  errors.add('kind', `would exceed the limit of ${mostNotifications} notifications; delete one first`)
  errors.throwIfAny('request_invalid')
}
