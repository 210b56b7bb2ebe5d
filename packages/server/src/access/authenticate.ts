import type { Database } from '../database/transaction.ts'
import type { Caller, Scope } from '../http/index.ts'
import { hashToken } from './hash-token.ts'

interface KeyRow {
  readonly id: string
  readonly user_id: string
  readonly is_stale: boolean
  readonly scopes: readonly Scope[] | null
  readonly organization_ids: readonly string[] | null
  readonly expires_at: Date | null
}

/** What a session may do, and a key that was made without scopes. */
export const allScopes: readonly Scope[] = ['read', 'build', 'manage', 'account']

/** The user behind an API key; null for one that is unknown or expired. Its last use is written at most once a minute. */
export async function authenticate(database: Database, token: string): Promise<Caller | null> {
  const { rows } = await database.query<KeyRow>({
    name: 'authenticate',
    text: `select id, user_id, scopes, organization_ids, expires_at, coalesce(last_used_at < now() - interval '1 minute', true) as is_stale
             from api_keys
            where token_hash = $1 and (expires_at is null or expires_at > now())`,
    values: [hashToken(token)],
  })
  const [key] = rows
  if (key === undefined) return null
  if (key.is_stale)
    await database.query({
      name: 'touch-api-key',
      text: `update api_keys set last_used_at = date_trunc('milliseconds', now())
              where id = $1 and coalesce(last_used_at < now() - interval '1 minute', true)`,
      values: [key.id],
    })
  return {
    userId: key.user_id,
    credentialId: key.id,
    kind: 'key',
    isCookie: false,
    scopes: key.scopes ?? allScopes,
    organizationIds: key.organization_ids,
    expiresAt: key.expires_at,
  }
}
