import type pg from 'pg'
import type { IdentityProvider, IdentityProviderName } from '../../identity/oauth/identity-provider.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import type { GithubApp } from './app.ts'

export interface GithubServices {
  readonly pool: pg.Pool
  readonly settings: Settings
  readonly githubApp: GithubApp | null
  readonly identityProviders: ReadonlyMap<IdentityProviderName, IdentityProvider>
}
