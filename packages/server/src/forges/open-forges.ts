import type { Settings } from '../platform/settings/read-settings.ts'
import type { BitbucketApp } from './bitbucket/app.ts'
import { bitbucketProvider } from './bitbucket/forge.ts'
import type { ForgeProvider } from './forge/forge.ts'
import { type GithubApp, openGithubApp } from './github/app.ts'
import { githubProvider } from './github/forge.ts'

export interface Forges {
  /** By name; those that are not set up are there too, and say so. */
  readonly forges: ReadonlyMap<string, ForgeProvider>
  /** null: not set up. */
  readonly githubApp: GithubApp | null
}

/** The forges that this server knows; `bitbucket` null: not set up. Throws a SettingsError. */
export function openForges(settings: Settings, bitbucket: BitbucketApp | null): Forges {
  const githubApp = openGithubApp(settings)
  const all = [githubProvider(githubApp, settings), bitbucketProvider(bitbucket)]
  return { forges: new Map(all.map((forge) => [forge.name, forge])), githubApp }
}
