/** Our GitHub App at GitHub's API: as itself, and as one of its installations. */
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/core'
import { apiOptions } from '../../platform/outbound/github-options.ts'
import { translateFailure } from '../../platform/outbound/translate-github-failure.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import { readAppKey } from './app-key.ts'

/** Makes requests, as in `request('GET /repos/{owner}/{repo}', {…})`. */
export type GithubRequest = Octokit['request']

export interface GithubApp {
  /** Calls GitHub as the App. Fails with `ForgeUnavailable` or `ForgeRefused`. */
  asApp<T>(call: (request: GithubRequest) => Promise<T>): Promise<T>
  /** Calls GitHub as an installation, whose token is kept for as long as it is good. Fails with `ForgeUnavailable` or `ForgeRefused`. */
  asInstallation<T>(installation: number, call: (request: GithubRequest) => Promise<T>): Promise<T>
  /** A token that can read the contents of one repository and nothing else, good for ten minutes at least. Fails as the others do. */
  cloneToken(installation: number, repositoryId: number): Promise<string>
}

type AppSettings = Pick<
  Settings,
  'githubAppId' | 'githubApiUrl' | 'githubPrivateKey' | 'githubPrivateKeyPath' | 'outsideTimeoutSeconds'
>

const leastLifeMs = 10 * 60_000

/** The App of the settings; null when they lack its number or key. Throws a SettingsError for a key that is none. */
export function openGithubApp(settings: AppSettings): GithubApp | null {
  const privateKey = readAppKey(settings)
  if (settings.githubAppId === null || privateKey === null) return null
  const options = apiOptions(settings)
  const app = new Octokit({
    ...options,
    authStrategy: createAppAuth,
    auth: { appId: settings.githubAppId, privateKey },
  })
  const auth = app.auth as ReturnType<typeof createAppAuth>
  const requestWith = async (installationId: number, refresh: boolean): Promise<GithubRequest> =>
    new Octokit({ ...options, auth: (await auth({ type: 'installation', installationId, refresh })).token }).request
  return {
    asApp: (call) => translated(() => call(app.request)),
    asInstallation: (installation, call) =>
      translated(async () => {
        try {
          return await call(await requestWith(installation, false))
        } catch (error) {
          // The token that was kept may have been revoked: an installation that was suspended and is back has another one.
          if (!(error instanceof Error && 'status' in error && error.status === 401)) throw error
          return call(await requestWith(installation, true))
        }
      }),
    cloneToken: (installationId, repositoryId) =>
      translated(async () => {
        const token = (refresh: boolean) =>
          auth({
            type: 'installation',
            installationId,
            repositoryIds: [repositoryId],
            permissions: { contents: 'read' },
            refresh,
          })
        const kept = await token(false)
        if (Date.parse(kept.expiresAt) - Date.now() >= leastLifeMs) return kept.token
        return (await token(true)).token
      }),
  }
}

async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw translateFailure(error)
  }
}
