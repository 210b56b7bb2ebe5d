import type { Credential } from './credential.ts'

/** What a credential may be used for; a session has all four (`http.md` 3.1). */
export type Scope = 'read' | 'build' | 'manage' | 'account'

/** The user behind a credential, as the credential check found it. */
export interface Caller {
  readonly userId: string
  /** The session or API key that was shown. */
  readonly credentialId: string
  readonly kind: 'session' | 'key'
  /**
   * The personal key that the credential is, or was made with, whose limits it has; null for a session that the user signed in to. What it makes is no wider
   * and ends with that key.
   */
  readonly keyId: string | null
  /** The credential came as a cookie, which a browser sends by itself: changes need the CSRF header. */
  readonly isCookie: boolean
  readonly scopes: readonly Scope[]
  /** Ids of the only organizations that the credential shows; null = all of the user's. */
  readonly organizationIds: readonly string[] | null
  /** When the credential ends; null = never. What it makes lives no longer. */
  readonly expiresAt: Date | null
}

/** Where a request came from. */
export interface Client {
  /** The peer, or behind trusted proxies whom they name. */
  readonly address: string
  readonly userAgent: string | null
}

/** A rank within an organization; `http.md` 6. */
export type Role = 'member' | 'admin' | 'owner'

/** The caller's place in the organization that the path names. */
export interface Membership {
  readonly organizationId: string
  readonly organizationSlug: string
  readonly role: Role
}

/** Who calls, and where. */
export interface Identified {
  readonly caller: Caller
  /** In the organization that was asked about; null where there is no such place, or none was asked about. */
  readonly membership: Membership | null
}

/** How the HTTP layer asks who calls; `identity` answers. */
export interface Access {
  /**
   * Returns the user behind a session or API key; null for one that is unknown, expired or revoked.
   * With a `slug`, which may be any text, also the user's membership in that organization: one
   * question, because nearly every request asks both.
   */
  readonly identify: (credential: Credential, slug: string | null) => Promise<Identified | null>
}
