import type { Database } from '../../platform/database/transaction.ts'
import { unauthorized } from '../../platform/http/index.ts'

/** Advisory lock: accounts are created one at a time. */
const signupLock = 0x7369676e

export interface AccountRow {
  readonly id: string
  readonly email: string
  readonly name: string | null
  readonly personal_org_slug: string | null
}

/** Throws 401 when the account was deleted after its credential was checked. */
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
  if (row === undefined) throw accountGone()
  return row
}

/** Counts users, and stops other transactions from creating accounts until this one ends. */
export async function countUsersOnceAlone(database: Database): Promise<number> {
  await database.query('select pg_advisory_xact_lock($1)', [signupLock])
  return countUsers(database)
}

/** Counts users, including the bootstrap user. */
export async function countUsers(database: Database): Promise<number> {
  const { rows } = await database.query<{ count: number }>('select count(*)::int as count from users')
  return rows[0]?.count ?? 0
}

/** Returns false if the address already has an account. */
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

/** Returns the user with this address; undefined if there is none. */
export async function findUserByEmail(database: Database, email: string): Promise<string | undefined> {
  const { rows } = await database.query<{ id: string }>('select id from users where email = $1', [email])
  return rows[0]?.id
}

/**
 * Serializes the transactions that start or end sessions of the user, or delete the account. Must
 * be the first lock of each of them, so that they cannot deadlock.
 */
export async function lockUser(database: Database, userId: string): Promise<void> {
  await database.query({
    name: 'lock-user-for-session',
    // `for no key update` does not block rows that only refer to the user.
    text: 'select 1 from users where id = $1 for no key update',
    values: [userId],
  })
}

/**
 * Keeps the account from being deleted until the transaction ends. Throws 401 if it no longer
 * exists.
 */
export async function preventDeletion(database: Database, userId: string): Promise<void> {
  const { rowCount } = await database.query('select from users where id = $1 for key share', [userId])
  if (rowCount === 0) throw accountGone()
}

/** Returns whether the user could still sign in. Must be called after `lockUser`. */
export async function hasWayIn(database: Database, userId: string): Promise<boolean> {
  const { rows } = await database.query<{ has_way_in: boolean }>(
    `select exists (select 1 from passkeys where user_id = $1 and locked_at is null)
         or exists (select 1 from identities where user_id = $1) as has_way_in`,
    [userId],
  )
  return rows[0]?.has_way_in ?? false
}

/** Returns the 401 of a credential whose account was deleted. */
export function accountGone(): Error {
  return unauthorized('The account of this credential no longer exists')
}
