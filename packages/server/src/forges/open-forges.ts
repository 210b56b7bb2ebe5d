import type { Database } from '../platform/database/transaction.ts'
import type { Settings } from '../platform/settings/read-settings.ts'
import type { BitbucketApp } from './bitbucket/app.ts'
import { bitbucketForge } from './bitbucket/forge.ts'
import { unbindWorkspacesOf } from './bitbucket/workspace-store.ts'
import type { Forges } from './forge/forge.ts'
import { type GithubApp, openGithubApp } from './github/app.ts'
import { githubForge } from './github/forge.ts'
import { unbindInstallationsOf } from './github/installation-store.ts'

interface OpenForges {
  readonly forges: Forges
  /** null if it is not set up. */
  readonly githubApp: GithubApp | null
  /** Unbinds all installations and workspaces of an organization that is deleted. */
  disconnectForges(client: Database, organizationId: string): Promise<void>
}

/** Opens all forges. `bitbucket` is null if it is not set up. Throws a SettingsError. */
export async function openForges(settings: Settings, bitbucket: BitbucketApp | null): Promise<OpenForges> {
  const githubApp = await openGithubApp(settings)
  const all = [githubForge(githubApp, settings), bitbucketForge(bitbucket)]
  return {
    forges: new Map(all.map((forge) => [forge.name, forge])),
    githubApp,
    async disconnectForges(client, organizationId) {
      await unbindInstallationsOf(client, organizationId)
      await unbindWorkspacesOf(client, organizationId)
    },
  }
}
