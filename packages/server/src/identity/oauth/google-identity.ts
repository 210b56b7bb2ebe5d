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

/** Opens sign-in with Google; null when it is not configured. The tokens are not stored. */
export function googleIdentities(settings: GoogleSettings): IdentityProvider | null {
  const { googleClientId, googleClientSecret } = settings
  if (googleClientId === null || googleClientSecret === null) return null
  let found: Promise<Configuration> | undefined
  // Discovered at the first sign-in, so that the server starts without Google. A failure is not
  // cached.
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
      // The library has checked the ID token's issuer, audience, lifetime and signature.
      const claims = (await exchangeCode(await configuration(), 'Google', back)).claims()
      if (claims === undefined) throw new IdentityUnavailable('Google did not return an identity.')
      // In the popup flow the page sets the nonce and checks it.
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
    // Checks the ID token's signature, although it came over TLS. Plain http is for tests.
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
