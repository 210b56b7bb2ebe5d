import { randomUUID } from 'node:crypto'
import type { Database } from '../../platform/database/transaction.ts'

/** The id of the user with this address, who is made when there is none. */
export async function ensureUser(database: Database, email: string): Promise<string> {
  const name = email.split('@')[0] ?? email
  await database.query('insert into users (id, email, name) values ($1, $2, $3) on conflict (email) do nothing', [
    randomUUID(),
    email,
    name,
  ])
  return idOf(await database.query<{ id: string }>('select id from users where email = $1', [email]))
}

export async function findOrganizationId(database: Database, slug: string): Promise<string> {
  return idOf(await database.query<{ id: string }>('select id from organizations where slug = $1', [slug]))
}

export async function removeBootstrapKey(database: Database): Promise<void> {
  await database.query('delete from api_keys where bootstrap')
}

/** Replaces the bootstrap key unless it is this one already. */
export async function setBootstrapKey(database: Database, userId: string, tokenHash: string): Promise<void> {
  await database.query('delete from api_keys where bootstrap and (token_hash <> $1 or user_id <> $2)', [
    tokenHash,
    userId,
  ])
  await database.query(
    `insert into api_keys (id, user_id, description, token_hash, bootstrap) values ($1, $2, 'HARMONT_BOOTSTRAP_TOKEN', $3, true)
     on conflict (token_hash) do nothing`,
    [randomUUID(), userId, tokenHash],
  )
}

function idOf({ rows }: { readonly rows: readonly { readonly id: string }[] }): string {
  const [row] = rows
  if (row === undefined) throw new Error('the inserted row was not returned')
  return row.id
}
