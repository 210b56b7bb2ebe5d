import { type GithubApp, openGithubApp } from '../github/app-client.ts'
import { githubProvider } from '../github/provider.ts'
import type { Settings } from '../settings/read-settings.ts'
import type { ForgeProvider } from './provider.ts'

export interface Forges {
  /** By name; those that are not set up are there too, and say so. */
  readonly forges: ReadonlyMap<string, ForgeProvider>
  /** null: not set up. */
  readonly githubApp: GithubApp | null
}

/** The forges that this server knows. Throws a SettingsError. */
export function openForges(settings: Settings): Forges {
  const githubApp = openGithubApp(settings)
  return { forges: new Map([['github', githubProvider(githubApp, settings)]]), githubApp }
}
