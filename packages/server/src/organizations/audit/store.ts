import type { Database } from '../../platform/database/transaction.ts'
import type { AgeKey } from '../../platform/pagination/page.ts'

export interface AuditRow {
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

/** What was done in an organization before a key, newest first. */
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
