import type { Database } from '../database/transaction.ts'

export interface AccountRow {
  readonly id: string
  readonly email: string
  readonly name: string | null
  readonly personal_org_slug: string | null
}

/** Fails when there is no such user: a caller always exists. */
export async function getAccount(database: Database, userId: string): Promise<AccountRow> {
  const { rows } = await database.query<AccountRow>({
    name: 'get-account',
    text: `select u.id, u.email, u.name, o.slug as personal_org_slug
             from users u left join organizations o on o.personal_of = u.id
            where u.id = $1`,
    values: [userId],
  })
  const [row] = rows
  if (row === undefined) throw new Error(`the user ${userId} of a credential does not exist`)
  return row
}
