/** Every change of who belongs to an organization begins with these (`http.md` 6). */
import type { Database } from '../../platform/database/transaction.ts'

/**
 * Makes every other change of who belongs to the organization wait for the end of this transaction; it comes before any other lock. False: the organization
 * is gone. Rows that only refer to it need not wait.
 */
export async function lockOrganization(database: Database, id: string): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'lock-organization',
    text: 'select 1 from organizations where id = $1 and deleted_at is null for no key update',
    values: [id],
  })
  return rowCount === 1
}

/** Locks all organizations of a user in the order of their ids, which keeps two who lock the same ones from waiting for each other. Gives their ids. */
export async function lockOrganizationsOf(database: Database, userId: string): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>(
    `select o.id from organizations o
      where o.deleted_at is null and exists (select 1 from memberships m where m.organization_id = o.id and m.user_id = $1)
      order by o.id for no key update`,
    [userId],
  )
  return rows.map(({ id }) => id)
}
