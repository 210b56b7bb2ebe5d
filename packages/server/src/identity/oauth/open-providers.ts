import type { Settings } from '../../platform/settings/read-settings.ts'
import { githubIdentities } from './github-identity.ts'
import { googleIdentities } from './google-identity.ts'
import type { IdentityProviders } from './identity-provider.ts'

/** Opens the identity providers that the settings configure. */
export function openIdentityProviders(settings: Settings): IdentityProviders {
  const all = [googleIdentities(settings), githubIdentities(settings)]
  return new Map(all.flatMap((provider) => (provider === null ? [] : [[provider.name, provider]])))
}
