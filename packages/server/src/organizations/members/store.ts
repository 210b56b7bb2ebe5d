import type { Database } from '../../platform/database/transaction.ts'
import type { Role } from '../../platform/http/index.ts'

export interface MemberRow {
  readonly user_id: string
  readonly email: string
  readonly name: string | null
  readonly role: Role
}

const columns = 'm.user_id, u.email, u.name, m.role'

/** Lists members: owners, then admins, then members, each by address. */
export async function listMembers(database: Database, organizationId: string): Promise<readonly MemberRow[]> {
  const { rows } = await database.query<MemberRow>(
    `select ${columns} from memberships m join users u on u.id = m.user_id
      where m.organization_id = $1
      order by array_position(array['owner', 'admin', 'member'], m.role), u.email`,
    [organizationId],
  )
  return rows
}

/** Returns undefined if the user is not a member. */
export async function findMember(
  database: Database,
  organizationId: string,
  userId: string,
): Promise<MemberRow | undefined> {
  const { rows } = await database.query<MemberRow>(
    `select ${columns} from memberships m join users u on u.id = m.user_id where m.user_id = $2 and m.organization_id = $1`,
    [organizationId, userId],
  )
  return rows[0]
}

/** Returns undefined if no member has this address. */
export async function findMemberByEmail(
  database: Database,
  organizationId: string,
  email: string,
): Promise<MemberRow | undefined> {
  const { rows } = await database.query<MemberRow>(
    `select ${columns} from memberships m join users u on u.id = m.user_id where u.email = $2 and m.organization_id = $1`,
    [organizationId, email],
  )
  return rows[0]
}

export async function countOwners(database: Database, organizationId: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    "select count(*)::int as count from memberships where organization_id = $1 and role = 'owner'",
    [organizationId],
  )
  return rows[0]?.count ?? 0
}

/** Returns false if the user is already a member, who keeps their role. */
export async function insertMember(
  database: Database,
  organizationId: string,
  userId: string,
  role: Role,
): Promise<boolean> {
  const { rowCount } = await database.query(
    'insert into memberships (organization_id, user_id, role) values ($1, $2, $3) on conflict (user_id, organization_id) do nothing',
    [organizationId, userId, role],
  )
  return rowCount === 1
}

export async function setRole(database: Database, organizationId: string, userId: string, role: Role): Promise<void> {
  await database.query('update memberships set role = $3 where user_id = $2 and organization_id = $1', [
    organizationId,
    userId,
    role,
  ])
}

export async function deleteMember(database: Database, organizationId: string, userId: string): Promise<void> {
  await database.query('delete from memberships where user_id = $2 and organization_id = $1', [organizationId, userId])
}

/** Revokes the invites that a user created in an organization. */
export async function deleteInvitesBy(database: Database, organizationId: string, userId: string): Promise<void> {
  await database.query(
    `with gone as (delete from invites where invited_by = $2 and organization_id = $1 returning token_hash)
     insert into ended_invites (token_hash, how) select token_hash, 'revoked' from gone`,
    [organizationId, userId],
  )
}
