import type { Database } from '../database/transaction.ts'
import type { Caller, Credential, Scope } from '../http/index.ts'
import { hashToken } from './hash-token.ts'

interface CredentialRow {
  readonly id: string
  readonly user_id: string
  readonly kind: 'session' | 'key'
  readonly is_stale: boolean
  readonly scopes: readonly Scope[] | null
  readonly organization_ids: readonly string[] | null
  readonly expires_at: Date | null
}

/** What a session, and a key without `scopes`, may be used for. */
export const allScopes: readonly Scope[] = ['read', 'build', 'manage', 'account']

/**
 * The user behind a session or API key; null for one that is unknown, expired or revoked, and for a cookie that holds anything but the session of a cookie.
 * Its last use is written at most once a minute.
 */
export async function authenticate(database: Database, { token, isCookie }: Credential): Promise<Caller | null> {
  const { rows } = await database.query<CredentialRow>({
    name: 'authenticate',
    // A cookie's session ends after 14 days without use.
    text: `select id, user_id, 'session' as kind, null::text[] as scopes, null::uuid[] as organization_ids, expires_at,
                  last_used_at < now() - interval '1 minute' as is_stale
             from sessions
            where token_hash = $1 and expires_at > now()
              and (is_cookie or not $2) and (not is_cookie or last_used_at > now() - interval '14 days')
           union all
           select id, user_id, 'key', scopes, organization_ids, expires_at,
                  coalesce(last_used_at < now() - interval '1 minute', true)
             from api_keys
            where token_hash = $1 and (expires_at is null or expires_at > now()) and not $2`,
    values: [hashToken(token), isCookie],
  })
  const [found] = rows
  if (found === undefined) return null
  if (found.is_stale) await touch(database, found)
  return {
    userId: found.user_id,
    credentialId: found.id,
    kind: found.kind,
    isCookie,
    scopes: found.scopes ?? allScopes,
    organizationIds: found.organization_ids,
    expiresAt: found.expires_at,
  }
}

async function touch(database: Database, { kind, id }: CredentialRow): Promise<void> {
  const table = kind === 'session' ? 'sessions' : 'api_keys'
  await database.query({
    name: `touch-${kind}`,
    text: `update ${table} set last_used_at = date_trunc('milliseconds', now())
            where id = $1 and coalesce(last_used_at < now() - interval '1 minute', true)`,
    values: [id],
  })
}
