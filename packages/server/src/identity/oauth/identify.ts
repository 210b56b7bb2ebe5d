import { apiError } from '../../platform/http/index.ts'
import {
  type IdentityProvider,
  IdentityRefused,
  IdentityUnavailable,
  type ProvedIdentity,
  type Return,
} from './identity-provider.ts'
import type { OAuthServices } from './services.ts'

/** Asks the provider who came back. A code that it refuses counts as a failed attempt of the address. Throws 502 `oauth_provider_error`. */
export async function identify(
  { limiter }: Pick<OAuthServices, 'limiter'>,
  provider: IdentityProvider,
  address: string,
  back: Return,
): Promise<ProvedIdentity> {
  try {
    return await provider.identify(back)
  } catch (error) {
    if (error instanceof IdentityRefused) await limiter.note('sign_in_failures_address', address)
    else if (!(error instanceof IdentityUnavailable)) throw error
    throw apiError('oauth_provider_error', `${error.message} Start the sign-in again.`, { cause: error })
  }
}

/** Counts an attempt of an address to sign in. Throws 429. */
export async function countSignIn({ limiter }: Pick<OAuthServices, 'limiter'>, address: string): Promise<void> {
  await limiter.check('sign_in_failures_address', address)
  await limiter.take('sign_in_address', address)
}
