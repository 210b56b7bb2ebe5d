import type { Operation } from '@harmont/contract'
import { apiError } from './api-error.ts'
import { hasRole, type Identified, type Membership, type Role } from './caller.ts'
import type { Credential } from './credential.ts'

/** How the shell asks who calls and what they may; the answers come from the feature code. */
export interface Access {
  /**
   * Gives the user behind a session or API key; null for one that is unknown, expired or revoked. With a `slug`, which may be any text, also the user's place in
   * that organization: in one question, because nearly every request asks both.
   */
  readonly identify: (credential: Credential, slug: string | null) => Promise<Identified | null>
}

/** Gives the 401 of a credential or runner token. */
export function unauthorized(what: string): Error {
  return apiError('unauthorized', `${what}; send \`Authorization: Bearer <token>\`.`)
}

/** The organization of the path, where the operation asks for a place in it. */
export function slugAsked({ auth }: Operation, { org }: Readonly<Record<string, unknown>>): string | null {
  return roleAsked(auth) !== null && typeof org === 'string' ? org : null
}

/** Gives the membership that was found in the organization of the path; null where the operation asks for none. Throws 404, then 403. */
export function requireMembership(
  { auth }: Operation,
  slug: string | null,
  membership: Membership | null,
): Membership | null {
  const asked = roleAsked(auth)
  if (asked === null || slug === null) return null
  if (membership === null) throw apiError('organization_not_found', 'Organization not found, or you are not a member.')
  if (!hasRole(membership.role, asked)) {
    throw apiError(
      'insufficient_org_role',
      `You need the role \`${asked}\` in this organization; yours is \`${membership.role}\`.`,
    )
  }
  return membership
}

function roleAsked(auth: Operation['auth']): Role | null {
  return auth === 'member' || auth === 'admin' || auth === 'owner' ? auth : null
}
