import type { Settings } from '../../platform/settings/read-settings.ts'
import type { IdentityProviders } from './identity-provider.ts'

/**
 * Opens the identity providers that the settings configure. Loads only those, because the OAuth
 * library is large.
 */
export async function openIdentityProviders(settings: Settings): Promise<IdentityProviders> {
  const all = [
    settings.googleClientId === null ? null : (await import('./google-identity.ts')).googleIdentities(settings),
    settings.githubClientId === null ? null : (await import('./github-identity.ts')).githubIdentities(settings),
  ]
  return new Map(all.flatMap((provider) => (provider === null ? [] : [[provider.name, provider]])))
}
