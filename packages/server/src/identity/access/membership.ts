import type { Database } from '../../platform/database/transaction.ts'
import type { Caller, Membership, Role } from '../../platform/http/index.ts'

interface MembershipRow {
  readonly id: string
  readonly slug: string
  readonly role: Role
}

/**
 * The caller's place in the organization of that slug; null where there is none, and the same for one that does not exist and for one that the credential does
 * not show.
 */
export async function findMembership(database: Database, caller: Caller, slug: string): Promise<Membership | null> {
  const { rows } = await database.query<MembershipRow>({
    name: 'find-membership',
    text: `select o.id, o.slug, m.role
             from organizations o join memberships m on m.organization_id = o.id and m.user_id = $2
            where o.slug = $1 and ($3::uuid[] is null or o.id = any ($3))`,
    values: [slug, caller.userId, caller.organizationIds],
  })
  const [row] = rows
  return row === undefined ? null : { organizationId: row.id, organizationSlug: row.slug, role: row.role }
}
