import type { Database } from '../database/transaction.ts'

/** By what somebody holds open what outlives its request, a stream or a shell: a session or key, as far as it shows this organization. */
export interface Holder {
  readonly organizationId: string
  /** Of the session or API key. */
  readonly credentialId: string
}

/** Whether the session or key still counts, and its user is still a member: neither revoked nor expired. */
export async function mayStay(database: Database, { organizationId, credentialId }: Holder): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'may-stay',
    text: `select 1 from (
             select user_id from sessions
              where id = $1 and expires_at > now() and (not is_cookie or last_used_at > now() - interval '14 days')
             union all
             select user_id from api_keys where id = $1 and (expires_at is null or expires_at > now())) c
             join memberships m on m.user_id = c.user_id and m.organization_id = $2`,
    values: [credentialId, organizationId],
  })
  return rowCount === 1
}
