import type { Operation } from '@harmont/contract'
import { apiError } from './api-error.ts'
import { type Caller, hasRole, type Membership, type Role } from './caller.ts'
import type { Credential } from './credential.ts'

/** How the shell asks who calls and what they may; the answers come from the feature code. */
export interface Access {
  /** Gives the user behind a session or API key; null for one that is unknown, expired or revoked. */
  readonly authenticate: (credential: Credential) => Promise<Caller | null>
  /** Gives the caller's place in an organization; null where there is none or no such organization. Any text may come as `slug`. */
  readonly membership: (caller: Caller, slug: string) => Promise<Membership | null>
}

/** Gives the 401 of a credential or runner token. */
export function unauthorized(what: string): Error {
  return apiError('unauthorized', `${what}; send \`Authorization: Bearer <token>\`.`)
}

/** Gives the caller's membership in the organization of the path; null where the operation asks for none. Throws 404, then 403. */
export async function requireMembership(
  access: Access,
  { auth }: Operation,
  caller: Caller | null,
  slug: unknown,
): Promise<Membership | null> {
  const asked = roleAsked(auth)
  if (asked === null || caller === null || typeof slug !== 'string') return null
  const membership = await access.membership(caller, slug)
  if (membership === null)
    throw apiError('organization_not_found', 'There is no such organization, or you are not a member of it.')
  if (!hasRole(membership.role, asked)) {
    throw apiError(
      'insufficient_org_role',
      `The role \`${asked}\` is needed in this organization; yours is \`${membership.role}\`.`,
    )
  }
  return membership
}

function roleAsked(auth: Operation['auth']): Role | null {
  return auth === 'member' || auth === 'admin' || auth === 'owner' ? auth : null
}
