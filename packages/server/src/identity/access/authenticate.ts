import type { Database } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import type { Caller, Credential, Identified, Membership, Role, Scope } from '../../platform/http/index.ts'

interface CredentialRow {
  readonly id: string
  readonly user_id: string
  readonly kind: 'session' | 'key'
  readonly key_id: string | null
  readonly is_stale: boolean
  readonly scopes: readonly Scope[] | null
  readonly organization_ids: readonly string[] | null
  readonly expires_at: Date | null
  readonly organization_id: string | null
  readonly slug: string | null
  readonly role: Role | null
}

/** The scopes of a session started by sign-in, and of a key without `scopes`. */
export const allScopes: readonly Scope[] = ['read', 'build', 'manage', 'account']

/**
 * Returns the user behind a session or API key, and records its use at most once a minute. Returns
 * null if the credential is unknown, expired or revoked, or came in a cookie although its session
 * was not started for one.
 */
export async function authenticate(database: Database, credential: Credential): Promise<Caller | null> {
  return (await identify(database, credential, null))?.caller ?? null
}

/** Authenticates, and finds the user's membership like `findMembership`. */
export async function identify(
  database: Database,
  { token, isCookie }: Credential,
  slug: string | null,
): Promise<Identified | null> {
  const { rows } = await database.query<CredentialRow>({
    name: 'identify',
    // A cookie's session ends after 14 days without use. A session created by a key has the key's
    // limits.
    text: `select c.*, p.*
             from (select s.id, s.user_id, 'session' as kind, s.key_id, k.scopes, k.organization_ids, s.expires_at,
                          s.last_used_at < now() - interval '1 minute' as is_stale
                     from sessions s left join api_keys k on k.id = s.key_id
                    where s.token_hash = $1 and s.expires_at > now()
                      and (s.is_cookie or not $2) and (not s.is_cookie or s.last_used_at > now() - interval '14 days')
                   union all
                   select id, user_id, 'key', id, scopes, organization_ids, expires_at,
                          coalesce(last_used_at < now() - interval '1 minute', true)
                     from api_keys
                    where token_hash = $1 and (expires_at is null or expires_at > now()) and not $2) c
             left join lateral (
               select o.id as organization_id, o.slug, m.role
                 from organizations o join memberships m on m.organization_id = o.id and m.user_id = c.user_id
                where o.slug = $3 and (c.organization_ids is null or o.id = any (c.organization_ids))
                -- Makes the planner look up the user, instead of reading all members of an organization.
                limit 1) p on true`,
    values: [hashToken(token), isCookie, slug],
  })
  const [found] = rows
  if (found === undefined) return null
  if (found.is_stale) await touch(database, found)
  const caller = {
    userId: found.user_id,
    credentialId: found.id,
    kind: found.kind,
    keyId: found.key_id,
    isCookie,
    scopes: found.scopes ?? allScopes,
    organizationIds: found.organization_ids,
    expiresAt: found.expires_at,
  }
  return { caller, membership: membershipOf(found) }
}

function membershipOf({ organization_id: organizationId, slug, role }: CredentialRow): Membership | null {
  return organizationId === null || slug === null || role === null
    ? null
    : { organizationId, organizationSlug: slug, role }
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

interface MembershipRow {
  readonly id: string
  readonly slug: string
  readonly role: Role
}

/**
 * Returns the caller's membership in the organization of that slug. Returns null if the caller is
 * not a member, the credential excludes the organization, or it does not exist.
 */
export async function findMembership(database: Database, caller: Caller, slug: string): Promise<Membership | null> {
  const { rows } = await database.query<MembershipRow>({
    name: 'find-membership',
    text: `select o.id, o.slug, m.role
             from organizations o join memberships m on m.organization_id = o.id and m.user_id = $2
            where o.slug = $1 and ($3::uuid[] is null or o.id = any ($3))`,
    values: [slug, caller.userId, caller.organizationIds],
  })
  const [row] = rows
  return row === undefined ? null : { organizationId: row.id, organizationSlug: row.slug, role: row.role }
}
