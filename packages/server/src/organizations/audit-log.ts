import type { components } from '@harmont/contract'
import type { Database } from '../platform/database/transaction.ts'
import { type Complete, type Cursors, type Handlers, operation } from '../platform/http/index.ts'
import { formatInstant } from '../platform/input/instant.ts'
import { type AgeKey, ageKeyOf, readAgeKey, toPage } from '../platform/pagination/page.ts'

/** The audit log of an organization. */
export function auditRoutes({
  pool,
  cursors,
}: {
  readonly pool: Database
  readonly cursors: Cursors
}): Pick<Handlers, 'listAuditEvents'> {
  return {
    listAuditEvents: operation('listAuditEvents', async ({ membership, query: { limit, cursor } }) => {
      const list = { operationId: 'listAuditEvents', owner: membership.organizationId }
      const before = readAgeKey(cursors.decode(list, cursor))
      const rows = await listEventsOf(pool, membership.organizationId, before, limit + 1)
      return { status: 200, body: toPage(rows, limit, cursors, list, { keyOf: ageKeyOf, present: presentEvent }) }
    }),
  }
}

function presentEvent(row: AuditRow): Complete<components['schemas']['AuditEvent']> {
  const isServer = row.actor_id === null && row.actor_email === null
  return {
    id: row.id,
    action: row.action,
    actor: isServer ? null : { user_uuid: row.actor_id, name: row.actor_name, email: row.actor_email },
    subject: row.subject,
    details: row.details,
    ip: row.address,
    user_agent: row.user_agent,
    request_id: row.request_id,
    created_at: formatInstant(row.created_at),
  }
}

interface AuditRow {
  readonly id: string
  readonly action: string
  readonly actor_id: string | null
  readonly actor_name: string | null
  readonly actor_email: string | null
  readonly subject: string | null
  readonly details: Record<string, unknown>
  readonly address: string | null
  readonly user_agent: string | null
  readonly request_id: string | null
  readonly created_at: Date
}

/** Lists the audit events of an organization before a key, newest first. */
export async function listEventsOf(
  database: Database,
  organizationId: string,
  before: AgeKey | null,
  limit: number,
): Promise<readonly AuditRow[]> {
  const { rows } = await database.query<AuditRow>(
    `select e.id, e.action, e.actor_id, u.name as actor_name, e.actor_email, e.subject, e.details, e.address, e.user_agent,
            e.request_id, e.created_at
       from audit_events e left join users u on u.id = e.actor_id
      where e.organization_id = $1 and ($2::timestamptz is null or (e.created_at, e.id) < ($2, $3::uuid))
      order by e.created_at desc, e.id desc
      limit $4`,
    [organizationId, before?.createdAt ?? null, before?.id ?? null, limit],
  )
  return rows
}
