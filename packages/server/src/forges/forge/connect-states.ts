/** Secrets that prove which user began to connect a forge to which organization. */
import { randomBytes } from 'node:crypto'
import type { Database } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import type { ForgeName } from './forge.ts'

const stores = {
  github: { table: 'github_install_states', lifetime: '1 hour' },
  bitbucket: { table: 'bitbucket_states', lifetime: '10 minutes' },
} as const satisfies Readonly<Record<ForgeName, object>>

/** Creates a state and returns its secret, for the address that the user is sent to. */
export async function createConnectState(
  database: Database,
  forge: ForgeName,
  userId: string,
  organizationId: string,
): Promise<string> {
  const { table, lifetime } = stores[forge]
  const state = randomBytes(32).toString('base64url')
  await database.query(
    `insert into ${table} (state_hash, user_id, organization_id, expires_at) values ($1, $2, $3, now() + $4::interval)`,
    [hashToken(state), userId, organizationId, lifetime],
  )
  return state
}

/** Returns the organization of a valid state of this user. */
export async function findConnectState(
  database: Database,
  forge: ForgeName,
  state: string,
  userId: string,
): Promise<{ readonly organizationId: string; readonly slug: string } | undefined> {
  const { rows } = await database.query<{ organizationId: string; slug: string }>(
    `select o.id as "organizationId", o.slug from ${stores[forge].table} s join organizations o on o.id = s.organization_id
      where s.state_hash = $1 and s.user_id = $2 and s.expires_at > now()`,
    [hashToken(state), userId],
  )
  return rows[0]
}

/** Consumes a state. Returns false if another request has consumed it. */
export async function takeConnectState(database: Database, forge: ForgeName, state: string): Promise<boolean> {
  const { rowCount } = await database.query(`delete from ${stores[forge].table} where state_hash = $1`, [
    hashToken(state),
  ])
  return rowCount === 1
}

/** Deletes expired states. Returns their number. */
export async function removeExpiredStates(database: Database, forge: ForgeName): Promise<number> {
  const { rowCount } = await database.query(`delete from ${stores[forge].table} where expires_at < now()`)
  return rowCount ?? 0
}
