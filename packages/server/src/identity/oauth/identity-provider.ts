/** Who can vouch for a user, in our own words: the same for every identity provider. */

export type IdentityProviderName = 'google' | 'github'

/** Reads the name in a path; undefined: there is no such provider. */
export function readProviderName(text: string): IdentityProviderName | undefined {
  return text === 'google' || text === 'github' ? text : undefined
}

/** An account that its holder has just proved to have. */
export interface ProvedIdentity {
  /** What the provider calls the account and never changes. */
  readonly subject: string
  /** How the provider shows it: display name, else login; null when it has neither. */
  readonly name: string | null
  /** An address that the provider vouches for; null: none. */
  readonly email: string | null
}

export interface Authorization {
  readonly redirectUri: string
  readonly state: string
  /** S256 of the PKCE verifier. */
  readonly codeChallenge: string
  /** Comes back in an OpenID token; providers without one do not use it. */
  readonly nonce: string
}

export interface Return {
  readonly code: string
  /** The same as in the authorization; null: that named none. */
  readonly redirectUri: string | null
  /** null: the authorization had no challenge. */
  readonly codeVerifier: string | null
  /** null: the authorization had none. */
  readonly nonce: string | null
}

export interface IdentityProvider {
  readonly name: IdentityProviderName
  /** Where a browser goes to prove who its user is. */
  authorizeUrl(authorization: Authorization): Promise<URL>
  /** Who came back. Fails with `IdentityRefused` when the provider does not stand by it, with `IdentityUnavailable` when it fails or takes longer than ten seconds. */
  identify(back: Return): Promise<ProvedIdentity>
}

/** The provider says no: the code is not one of its, was used, or was given to somebody else. */
export class IdentityRefused extends Error {
  override readonly name = 'IdentityRefused'
}

/** The provider did not answer, or not as it should. */
export class IdentityUnavailable extends Error {
  override readonly name = 'IdentityUnavailable'
}
