import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { ensureOwner, insertOrganization } from '../../organizations/lifecycle/store.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'

/** Servers that start at the same time take turns. */
const bootstrapLock = 0x626f6f74

/**
 * Ensures that the bootstrap user exists, owns the organization `default`, and has exactly the
 * bootstrap key of the setting. Without a token, removes the key of earlier starts; user and
 * organization stay.
 */
export async function ensureBootstrap(
  pool: pg.Pool,
  settings: { readonly bootstrapToken: string | null; readonly bootstrapEmail: string },
): Promise<void> {
  await transaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [bootstrapLock])
    if (settings.bootstrapToken === null) return removeBootstrapKey(client)
    const userId = await ensureUser(client, settings.bootstrapEmail)
    const organization = { slug: 'default', name: 'default', url: null, personalOf: userId }
    const made = await insertOrganization(client, { id: randomUUID(), ...organization })
    await ensureOwner(client, made?.id ?? (await findOrganizationId(client, 'default')), userId)
    await setBootstrapKey(client, userId, hashToken(settings.bootstrapToken))
  })
}

/** Returns the id of the user with this address, who is created if absent. */
async function ensureUser(database: Database, email: string): Promise<string> {
  const name = email.split('@')[0] ?? email
  await database.query('insert into users (id, email, name) values ($1, $2, $3) on conflict (email) do nothing', [
    randomUUID(),
    email,
    name,
  ])
  return idOf(await database.query<{ id: string }>('select id from users where email = $1', [email]))
}

async function findOrganizationId(database: Database, slug: string): Promise<string> {
  return idOf(await database.query<{ id: string }>('select id from organizations where slug = $1', [slug]))
}

async function removeBootstrapKey(database: Database): Promise<void> {
  await database.query('delete from api_keys where bootstrap')
}

/** Replaces the bootstrap key if it has changed. */
async function setBootstrapKey(database: Database, userId: string, tokenHash: string): Promise<void> {
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
