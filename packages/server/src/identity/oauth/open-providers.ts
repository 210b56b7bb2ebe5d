import type { Settings } from '../../platform/settings/read-settings.ts'
import { githubIdentities } from './github-identity.ts'
import { googleIdentities } from './google-identity.ts'
import type { IdentityProvider, IdentityProviderName } from './identity-provider.ts'

/** The identity providers that the settings set up. */
export function openIdentityProviders(settings: Settings): ReadonlyMap<IdentityProviderName, IdentityProvider> {
  const all = [googleIdentities(settings), githubIdentities(settings)]
  return new Map(all.flatMap((provider) => (provider === null ? [] : [[provider.name, provider]])))
}
