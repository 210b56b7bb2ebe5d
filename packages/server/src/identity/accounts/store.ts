import type { Database } from '../../platform/database/transaction.ts'
import { unauthorized } from '../../platform/http/index.ts'

/** Whoever holds it makes an account. */
const signupLock = 0x7369676e

export interface AccountRow {
  readonly id: string
  readonly email: string
  readonly name: string | null
  readonly personal_org_slug: string | null
}

/** Throws 401 when there is no such user: the account of the credential went since that was checked. */
export async function getAccount(database: Database, userId: string): Promise<AccountRow> {
  const { rows } = await database.query<AccountRow>({
    name: 'get-account',
    text: `select u.id, u.email, u.name, o.slug as personal_org_slug
             from users u
             left join organizations o on o.personal_of = u.id
               and exists (select 1 from memberships m where m.user_id = u.id and m.organization_id = o.id)
            where u.id = $1`,
    values: [userId],
  })
  const [row] = rows
  if (row === undefined) throw unauthorized('The account of this credential no longer exists')
  return row
}

/** Waits until no other transaction is making an account, then counts users; the turn lasts until the transaction ends. */
export async function countUsersOnceAlone(database: Database): Promise<number> {
  await database.query('select pg_advisory_xact_lock($1)', [signupLock])
  return countUsers(database)
}

/** How many users there are, the bootstrap user included. */
export async function countUsers(database: Database): Promise<number> {
  const { rows } = await database.query<{ count: number }>('select count(*)::int as count from users')
  return rows[0]?.count ?? 0
}

/** False: the address has an account already. */
export async function insertUser(
  database: Database,
  user: { readonly id: string; readonly email: string; readonly name: string },
): Promise<boolean> {
  const { rowCount } = await database.query(
    'insert into users (id, email, name) values ($1, $2, $3) on conflict (email) do nothing',
    [user.id, user.email, user.name],
  )
  return rowCount === 1
}

export async function setName(database: Database, userId: string, name: string): Promise<void> {
  await database.query('update users set name = $2 where id = $1', [userId, name])
}
