/** What the deletion of an account reads and writes. */
import type { Database } from '../../platform/database/transaction.ts'
import type { Role } from '../../platform/http/index.ts'

/** An organization of the user, and who else is there. */
export interface Place {
  readonly id: string
  readonly slug: string
  readonly role: Role
  readonly others: number
  readonly otherOwners: number
}

/** Where the user is a member, in the order of ids. */
export async function listPlaces(database: Database, userId: string): Promise<readonly Place[]> {
  const { rows } = await database.query<Place>(
    `select o.id, o.slug, m.role, count(x.user_id)::int as others,
            (count(*) filter (where x.role = 'owner'))::int as "otherOwners"
       from memberships m join organizations o on o.id = m.organization_id
       left join memberships x on x.organization_id = m.organization_id and x.user_id <> m.user_id
      where m.user_id = $1
      group by o.id, o.slug, m.role order by o.id`,
    [userId],
  )
  return rows
}

/** The address of the user, whom nothing can refer to any more until the transaction ends; undefined: there is no such user. */
export async function lockUserForDeletion(database: Database, userId: string): Promise<string | undefined> {
  const { rows } = await database.query<{ email: string }>('select email from users where id = $1 for update', [userId])
  return rows[0]?.email
}

/** Removes a user, and by their references to it: sessions, keys, passkeys, challenges, identities, CLI logins, links, memberships and own invites. */
export async function deleteUser(database: Database, userId: string): Promise<void> {
  await database.query('delete from users where id = $1', [userId])
}
