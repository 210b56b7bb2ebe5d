import type { Database } from '../platform/database/transaction.ts'
import type { AgeKey } from '../platform/pagination/page.ts'
import type { Event, Kind } from './notification.ts'

export interface NotificationRow {
  readonly id: string
  readonly kind: Kind
  /** The slug of the notification's pipeline; null: all pipelines. */
  readonly pipeline: string | null
  readonly events: readonly Event[]
  readonly branches: readonly string[] | null
  readonly target: string
  readonly created_at: Date
  readonly made_by: string | null
  readonly failing_since: Date | null
  readonly retry_at: Date | null
  readonly disabled_at: Date | null
  readonly user_id: string | null
  readonly sealed_address: Buffer | null
}

const selectNotifications = `
  select n.id, n.kind, p.slug as pipeline, n.events, n.branches, n.target, n.created_at, coalesce(u.name, u.email) as made_by,
         n.failing_since, n.retry_at, n.disabled_at, n.user_id, n.sealed_address
    from notifications n left join pipelines p on p.id = n.pipeline_id left join users u on u.id = n.created_by
   where n.organization_id = $1`

/** Lists the notifications of an organization, or those of one pipeline, oldest first. */
export async function listNotifications(
  database: Database,
  organizationId: string,
  pipelineId: string | null,
): Promise<readonly NotificationRow[]> {
  const { rows } = await database.query<NotificationRow>({
    name: 'list-notifications',
    text: `${selectNotifications} and ($2::uuid is null or n.pipeline_id = $2) order by n.created_at, n.id`,
    values: [organizationId, pipelineId],
  })
  return rows
}

export async function findNotification(
  database: Database,
  organizationId: string,
  id: string,
): Promise<NotificationRow | undefined> {
  const { rows } = await database.query<NotificationRow>({
    name: 'find-notification',
    text: `${selectNotifications} and n.id = $2`,
    values: [organizationId, id],
  })
  return rows[0]
}

/** Locks a notification against other changes, and returns it. */
export async function lockNotification(
  database: Database,
  organizationId: string,
  id: string,
): Promise<NotificationRow | undefined> {
  await database.query('select from notifications where id = $1 for update', [id])
  return findNotification(database, organizationId, id)
}

export async function countNotifications(database: Database, organizationId: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    'select count(*)::int as count from notifications where organization_id = $1',
    [organizationId],
  )
  return rows[0]?.count ?? 0
}

export interface NewNotification {
  readonly id: string
  readonly organizationId: string
  readonly pipelineId: string | null
  readonly kind: Kind
  readonly events: readonly Event[]
  readonly branches: readonly string[] | null
  readonly target: string
  readonly userId: string | null
  readonly sealedAddress: Buffer | null
  readonly createdBy: string | null
}

export async function insertNotification(database: Database, made: NewNotification): Promise<void> {
  await database.query(
    `insert into notifications (id, organization_id, pipeline_id, kind, events, branches, target, user_id, sealed_address, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      made.id,
      made.organizationId,
      made.pipelineId,
      made.kind,
      made.events,
      made.branches,
      made.target,
      made.userId,
      made.sealedAddress,
      made.createdBy,
    ],
  )
}

/** Changes the events and branches of a notification. Switching it on resets its failures. */
export async function updateNotificationRow(
  database: Database,
  id: string,
  { events, branches, isOn }: Pick<NewNotification, 'events' | 'branches'> & { readonly isOn: boolean },
): Promise<void> {
  await database.query(
    `update notifications
        set events = $2, branches = $3, disabled_at = case when not $4 then coalesce(disabled_at, now()) end,
            failures = case when $4 and disabled_at is not null then 0 else failures end,
            retry_at = case when $4 and disabled_at is not null then null else retry_at end,
            failing_since = case when $4 and disabled_at is not null then null else failing_since end
      where id = $1`,
    [id, events, branches, isOn],
  )
}

export async function setAddress(database: Database, id: string, sealed: Buffer): Promise<void> {
  await database.query('update notifications set sealed_address = $2 where id = $1', [id, sealed])
}

export async function deleteNotificationRow(database: Database, id: string): Promise<void> {
  await database.query('delete from notifications where id = $1', [id])
}

export interface DeliveryRow {
  readonly id: string
  readonly event: string
  readonly body: string
  readonly state: 'waiting' | 'sent' | 'failed'
  readonly created_at: Date
  readonly next_at: Date
  readonly attempts: number
  readonly last_at: Date | null
  readonly last_status: number | null
  readonly last_answer: string | null
}

const deliveryColumns = 'id, event, body, state, created_at, next_at, attempts, last_at, last_status, last_answer'

/** Lists deliveries before a key, newest first. */
export async function listDeliveries(
  database: Database,
  notificationId: string,
  before: AgeKey | null,
  limit: number,
): Promise<readonly DeliveryRow[]> {
  const { rows } = await database.query<DeliveryRow>({
    name: 'list-deliveries-of-notification',
    text: `select ${deliveryColumns} from notification_deliveries
            where notification_id = $1 and ($2::timestamptz is null or (created_at, id) < ($2, $3::uuid))
            order by created_at desc, id desc limit $4`,
    values: [notificationId, before?.createdAt ?? null, before?.id ?? null, limit],
  })
  return rows
}

export async function findDelivery(
  database: Database,
  notificationId: string,
  id: string,
): Promise<DeliveryRow | undefined> {
  const { rows } = await database.query<DeliveryRow>({
    name: 'find-delivery-of-notification',
    text: `select ${deliveryColumns} from notification_deliveries where notification_id = $1 and id = $2`,
    values: [notificationId, id],
  })
  return rows[0]
}

/** Removes deliveries after 30 days, and results of branches without a build for half a year. */
export async function removeOld(
  database: Database,
): Promise<{ readonly deliveries: number; readonly branches: number }> {
  const deliveries = await database.query(
    "delete from notification_deliveries where created_at < now() - interval '30 days' and state <> 'waiting'",
  )
  const branches = await database.query(
    `delete from branch_results b using pipelines p
      where b.decided_at < now() - interval '180 days' and p.id = b.pipeline_id and b.ref <> 'refs/heads/' || p.default_branch`,
  )
  return { deliveries: deliveries.rowCount ?? 0, branches: branches.rowCount ?? 0 }
}
