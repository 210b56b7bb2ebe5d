import type { components } from '@harmont/contract'
import type { Database } from '../platform/database/transaction.ts'
import { type Complete, type Cursors, type Handlers, operation } from '../platform/http/index.ts'
import { formatInstant } from '../platform/input/instant.ts'
import { ageKeyOf, readAgeKey, toPage } from '../platform/pagination/page.ts'
import { type AuditRow, listEventsOf } from './audit/store.ts'

/** Who did what in an organization, when and from where. */
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
  const isOurs = row.actor_id === null && row.actor_email === null
  return {
    id: row.id,
    action: row.action,
    actor: isOurs ? null : { user_uuid: row.actor_id, name: row.actor_name, email: row.actor_email },
    subject: row.subject,
    details: row.details,
    ip: row.address,
    user_agent: row.user_agent,
    request_id: row.request_id,
    created_at: formatInstant(row.created_at),
  }
}
