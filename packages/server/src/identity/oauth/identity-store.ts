/** Accounts at identity providers that are linked to users. */
import { randomUUID } from 'node:crypto'
import type { Database } from '../../platform/database/transaction.ts'
import type { IdentityProviderName, ProvedIdentity } from './identity-provider.ts'

export interface IdentityRow {
  readonly provider: IdentityProviderName
  readonly name: string | null
  readonly email: string | null
  readonly created_at: Date
}

/** Lists a user's linked accounts, oldest first. */
export async function listIdentitiesOf(database: Database, userId: string): Promise<readonly IdentityRow[]> {
  const { rows } = await database.query<IdentityRow>(
    'select provider, name, email, created_at from identities where user_id = $1 order by created_at, id',
    [userId],
  )
  return rows
}

/** Lists the ids of a user's linked accounts at a provider. */
export async function subjectsOf(
  database: Database,
  userId: string,
  provider: IdentityProviderName,
): Promise<readonly string[]> {
  const { rows } = await database.query<{ subject: string }>(
    'select subject from identities where user_id = $1 and provider = $2',
    [userId, provider],
  )
  return rows.map(({ subject }) => subject)
}

/** Returns the user of an account, and updates its name and address. Undefined: not linked. */
export async function touchIdentity(
  database: Database,
  provider: IdentityProviderName,
  { subject, name, email }: ProvedIdentity,
): Promise<string | undefined> {
  const { rows } = await database.query<{ user_id: string }>({
    name: 'touch-identity',
    text: `update identities set name = $3, email = coalesce($4, email) where provider = $1 and subject = $2 returning user_id`,
    values: [provider, subject, name, email],
  })
  return rows[0]?.user_id
}

/** Returns false if the account is already linked, to this user or another. */
export async function insertIdentity(
  database: Database,
  userId: string,
  provider: IdentityProviderName,
  { subject, name, email }: ProvedIdentity,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `insert into identities (id, user_id, provider, subject, name, email) values ($1, $2, $3, $4, $5, $6)
     on conflict (provider, subject) do nothing`,
    [randomUUID(), userId, provider, subject, name, email],
  )
  return rowCount === 1
}

/** Unlinks all accounts at a provider. Returns their ids at the provider. */
export async function deleteIdentities(
  database: Database,
  userId: string,
  provider: IdentityProviderName,
): Promise<readonly string[]> {
  const { rows } = await database.query<{ subject: string }>(
    'delete from identities where user_id = $1 and provider = $2 returning subject',
    [userId, provider],
  )
  return rows.map(({ subject }) => subject)
}

/** Ends the sessions that were started with accounts at a provider. Returns their ids. */
export async function endSessionsWith(
  database: Database,
  userId: string,
  provider: IdentityProviderName,
): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>(
    'delete from sessions where user_id = $1 and identity_provider = $2 returning id',
    [userId, provider],
  )
  return rows.map(({ id }) => id)
}
