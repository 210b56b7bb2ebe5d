import type { Credential } from './credential.ts'

/** A use that a credential permits. A session has all four (`http.md` 3.1). */
export type Scope = 'read' | 'build' | 'manage' | 'account'

/** The user behind a credential that was accepted. */
export interface Caller {
  readonly userId: string
  /** The session or API key of the request. */
  readonly credentialId: string
  readonly kind: 'session' | 'key'
  /**
   * The personal key behind the credential, whose limits it has: the credential itself, or the key
   * that created it. Null for a session that the user signed in to. Whatever it creates is no
   * wider, and ends with that key.
   */
  readonly keyId: string | null
  /** The credential is a cookie, which a browser sends by itself: changes need the CSRF header. */
  readonly isCookie: boolean
  readonly scopes: readonly Scope[]
  /** Ids of the only organizations that the credential shows; null: all of the user's. */
  readonly organizationIds: readonly string[] | null
  /** When the credential ends; null: never. Whatever it creates ends no later. */
  readonly expiresAt: Date | null
}

export interface Client {
  /** The peer, or the client that trusted proxies name. */
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
   * With a `slug`, which may be any text, also the user's membership in that organization: one
   * question, because nearly every request asks both.
   */
  readonly identify: (credential: Credential, slug: string | null) => Promise<Identified | null>
}
