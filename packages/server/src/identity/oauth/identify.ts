import { apiError } from '../../platform/http/index.ts'
import type { OAuthServices } from '../services.ts'
import { countFailure } from '../sessions/sign-in.ts'
import {
  type IdentityProvider,
  IdentityRefused,
  IdentityUnavailable,
  type ProvedIdentity,
  type Return,
} from './identity-provider.ts'

/**
 * Returns the provider's account of the returning user. A refused code counts as a failed sign-in.
 * Throws 502.
 */
export async function identify(
  { limiter }: Pick<OAuthServices, 'limiter'>,
  provider: IdentityProvider,
  address: string,
  back: Return,
): Promise<ProvedIdentity> {
  try {
    return await provider.identify(back)
  } catch (error) {
    if (error instanceof IdentityRefused) await countFailure(limiter, address)
    else if (!(error instanceof IdentityUnavailable)) throw error
    throw apiError('oauth_provider_error', `${error.message} Start the sign-in again.`, { cause: error })
  }
}
