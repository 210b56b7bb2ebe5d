import type { Database } from '../../platform/database/transaction.ts'

/** By what somebody holds open what outlives its request, a stream or a shell: a session or key, as far as it shows this organization. */
export interface Holder {
  readonly organizationId: string
  /** Of the session or API key. */
  readonly credentialId: string
}

/** Whether the session or key still counts, and its user is still a member: neither revoked nor expired. */
export async function mayStay(database: Database, holder: Holder): Promise<boolean> {
  const [userId] = await usersWhoMayStay(database, [holder])
  return userId !== undefined
}

/** The user of each holder, in their order; undefined where the session or key counts no more, or its user is a member no more. */
export async function usersWhoMayStay(
  database: Database,
  holders: readonly Holder[],
): Promise<readonly (string | undefined)[]> {
  const { rows } = await database.query<{ position: number; user_id: string }>({
    name: 'may-stay',
    text: `select h.position::int, c.user_id from unnest($1::uuid[], $2::uuid[]) with ordinality h(credential_id, organization_id, position)
             join lateral (
               select user_id from sessions
                where id = h.credential_id and expires_at > now() and (not is_cookie or last_used_at > now() - interval '14 days')
               union all
               select user_id from api_keys where id = h.credential_id and (expires_at is null or expires_at > now())) c on true
            where exists (select from memberships m where m.user_id = c.user_id and m.organization_id = h.organization_id)`,
    values: [holders.map(({ credentialId }) => credentialId), holders.map(({ organizationId }) => organizationId)],
  })
  const userIds = new Map(rows.map(({ position, user_id }) => [position, user_id]))
  return holders.map((_, index) => userIds.get(index + 1))
}
