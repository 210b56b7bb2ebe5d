/** The user behind a credential, as the credential check found it. */
export interface Caller {
  readonly userId: string
  /** The session or API key that was shown. */
  readonly credentialId: string
  readonly kind: 'session' | 'key'
}

/** A rank within an organization; `http.md` 6. */
export type Role = 'member' | 'admin' | 'owner'

/** The caller's place in the organization that the path names. */
export interface Membership {
  readonly organizationId: string
  readonly organizationSlug: string
  readonly role: Role
}

const rank: Readonly<Record<Role, number>> = { member: 0, admin: 1, owner: 2 }

/** Whether `role` may do what asks for `needed`. */
export function hasRole(role: Role, needed: Role): boolean {
  return rank[role] >= rank[needed]
}
