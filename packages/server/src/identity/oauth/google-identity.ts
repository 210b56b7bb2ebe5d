import {
  allowInsecureRequests,
  buildAuthorizationUrl,
  ClientSecretPost,
  type Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  type IDToken,
} from 'openid-client'
import type { Settings } from '../../platform/settings/read-settings.ts'
import { askProvider, exchangeCode } from './exchange-code.ts'
import {
  type IdentityProvider,
  IdentityRefused,
  IdentityUnavailable,
  type ProvedIdentity,
} from './identity-provider.ts'

type GoogleSettings = Pick<Settings, 'googleClientId' | 'googleClientSecret' | 'googleUrl' | 'outsideTimeoutSeconds'>

/** Sign-in with Google, by OpenID Connect; null when the operator has not set it up. The tokens are used here and forgotten. */
export function googleIdentities(settings: GoogleSettings): IdentityProvider | null {
  const { googleClientId, googleClientSecret } = settings
  if (googleClientId === null || googleClientSecret === null) return null
  let found: Promise<Configuration> | undefined
  // Asked at the first sign-in, not at the start: the server starts without Google. A failure is not kept.
  const configuration = (): Promise<Configuration> => {
    found ??= discover(settings, googleClientId, googleClientSecret).catch((cause: unknown) => {
      found = undefined
      throw new IdentityUnavailable('Google did not return its sign-in configuration.', { cause })
    })
    return found
  }
  return {
    name: 'google',
    authorizeUrl: async ({ redirectUri, state, codeChallenge, nonce }) =>
      buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        state,
        nonce,
        code_challenge: codeChallenge,
        code_challenge_method: 'S256',
      }),
    async identify(back) {
      // The claims of an ID token of the right issuer, for us, in time, and signed with one of Google's keys.
      const claims = (await exchangeCode(await configuration(), 'Google', back)).claims()
      if (claims === undefined) throw new IdentityUnavailable('Google did not return an identity.')
      // In the popup flow the nonce, if there was one, is the page's own.
      if (back.nonce !== null && claims.nonce !== back.nonce)
        throw new IdentityRefused('The identity from Google is for another application.')
      return readIdentity(claims)
    },
  }
}

function discover(
  { googleUrl: issuer, outsideTimeoutSeconds }: GoogleSettings,
  clientId: string,
  clientSecret: string,
): Promise<Configuration> {
  return discovery(new URL(issuer), clientId, {}, ClientSecretPost(clientSecret), {
    // The signature of the ID token is checked, though it comes from Google by TLS. Plain http only where the operator says so.
    execute: [enableNonRepudiationChecks, ...(issuer.startsWith('http:') ? [allowInsecureRequests] : [])],
    [customFetch]: askProvider(outsideTimeoutSeconds),
  })
}

function readIdentity({ sub, name, email, email_verified: isVerified }: IDToken): ProvedIdentity {
  const address = typeof email === 'string' ? email : null
  return {
    subject: sub,
    name: typeof name === 'string' && name !== '' ? name : (address?.split('@')[0] ?? null),
    email: isVerified === true ? address : null,
  }
}
