import type { Sealer } from '../../platform/encryption/seal.ts'
import type { SignInServices } from '../services.ts'
import type { IdentityProvider, IdentityProviderName } from './identity-provider.ts'

export interface OAuthServices extends SignInServices {
  readonly sealer: Sealer
  /** Those that the operator has set up. */
  readonly identityProviders: ReadonlyMap<IdentityProviderName, IdentityProvider>
}
