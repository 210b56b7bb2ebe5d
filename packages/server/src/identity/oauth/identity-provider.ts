/** The interface that every identity provider implements. */

export type IdentityProviderName = 'google' | 'github'

export const providerTitles: Readonly<Record<IdentityProviderName, string>> = { google: 'Google', github: 'GitHub' }

/** The providers that the operator has configured. */
export type IdentityProviders = ReadonlyMap<IdentityProviderName, IdentityProvider>

/** Returns the provider that a path names; undefined if it does not exist. */
export function readProviderName(text: string): IdentityProviderName | undefined {
  return text === 'google' || text === 'github' ? text : undefined
}

/** An account at a provider, whose owner has just authenticated. */
export interface ProvedIdentity {
  /** The provider's permanent id of the account. */
  readonly subject: string
  /** The display name, or otherwise the login; null if the account has neither. */
  readonly name: string | null
  /** An address that the provider has verified; null: none. */
  readonly email: string | null
}

interface Authorization {
  readonly redirectUri: string
  readonly state: string
  /** The S256 challenge of the PKCE verifier. */
  readonly codeChallenge: string
  /** Returned in an OpenID token; providers without such tokens ignore it. */
  readonly nonce: string
}

/** A browser that returns from a provider. */
export interface Return {
  readonly code: string
  /** The redirect URI of the authorization; null: it had none. */
  readonly redirectUri: string | null
  /** The PKCE verifier; null: the authorization had no challenge. */
  readonly codeVerifier: string | null
  /** The nonce of the authorization; null: it had none. */
  readonly nonce: string | null
}

export interface IdentityProvider {
  readonly name: IdentityProviderName
  /** Returns the URL of the provider's page on which the user authenticates. */
  authorizeUrl(authorization: Authorization): Promise<URL>
  /**
   * Returns the account of the returning user. Fails with `IdentityRefused` when the provider
   * refuses the code, and with `IdentityUnavailable` when it fails or takes too long.
   */
  identify(back: Return): Promise<ProvedIdentity>
}

/** The provider refused the code: it is unknown, used, or another client's. */
export class IdentityRefused extends Error {
  override readonly name = 'IdentityRefused'
}

/** The provider did not respond, or its response was invalid. */
export class IdentityUnavailable extends Error {
  override readonly name = 'IdentityUnavailable'
}
