import type { Credential } from './credential.ts'

/** A scope of a credential. A session has all four (`http.md` 3.1). */
export type Scope = 'read' | 'build' | 'manage' | 'account'

/** The user of an accepted credential. */
export interface Caller {
  readonly userId: string
  /** The session or API key of the request. */
  readonly credentialId: string
  readonly kind: 'session' | 'key'
  /**
   * The personal key that limits the credential: the credential itself, or the key that created it.
   * Null for a session started by sign-in. Everything it creates has at most the key's rights and
   * ends with the key.
   */
  readonly keyId: string | null
  /**
   * Whether the credential is a cookie. Browsers send cookies automatically, so changes need the
   * CSRF header.
   */
  readonly isCookie: boolean
  readonly scopes: readonly Scope[]
  /** The ids of the organizations to which the credential is limited; null: all of the user's. */
  readonly organizationIds: readonly string[] | null
  /** The end of the credential; null: never. Everything it creates ends no later. */
  readonly expiresAt: Date | null
}

export interface Client {
  /** The peer's address, or the client's address reported by trusted proxies. */
  readonly address: string
  readonly userAgent: string | null
}

/** A role within an organization (`http.md` 6). */
export type Role = 'member' | 'admin' | 'owner'

/** The caller's membership in the organization of the path. */
export interface Membership {
  readonly organizationId: string
  readonly organizationSlug: string
  readonly role: Role
}

export interface Identified {
  readonly caller: Caller
  /** The membership in the requested organization; null without one. */
  readonly membership: Membership | null
}

/** Identifies callers for the HTTP layer; `identity` implements it. */
export interface Access {
  /**
   * Returns the user behind a session or API key; null for one that is unknown, expired or revoked.
   * With a `slug`, which may be any text, also returns the user's membership in that organization.
   * Both are one query, because nearly every request needs both.
   */
  readonly identify: (credential: Credential, slug: string | null) => Promise<Identified | null>
}
