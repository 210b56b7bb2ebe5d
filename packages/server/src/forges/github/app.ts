/** Calls GitHub's API as our App, and as its installations. */
import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Octokit } from '@octokit/core'
import { apiOptions } from '../../platform/outbound/github-options.ts'
import { translateFailure } from '../../platform/outbound/translate-github-failure.ts'
import { type Settings, SettingsError } from '../../platform/settings/read-settings.ts'

/** Sends requests, as in `request('GET /repos/{owner}/{repo}', {…})`. */
export type GithubRequest = Octokit['request']

export interface GithubApp {
  /** Calls GitHub as the App. Fails with `ForgeUnavailable` or `ForgeRefused`. */
  asApp<T>(call: (request: GithubRequest) => Promise<T>): Promise<T>
  /** Calls GitHub as an installation, with a cached token. Fails as `asApp` does. */
  asInstallation<T>(installation: number, call: (request: GithubRequest) => Promise<T>): Promise<T>
  /** Returns a token that reads one repository for at least ten minutes. Fails as `asApp` does. */
  cloneToken(installation: number, repositoryId: number): Promise<string>
}

type AppSettings = Pick<
  Settings,
  'githubAppId' | 'githubApiUrl' | 'githubPrivateKey' | 'githubPrivateKeyPath' | 'outsideTimeoutSeconds'
>

const leastLifeMs = 10 * 60_000

/**
 * Opens the App; null if it is not set up. Throws a SettingsError for an invalid key. Loads
 * GitHub's library lazily, because most servers have no App.
 */
export async function openGithubApp(settings: AppSettings): Promise<GithubApp | null> {
  const privateKey = readAppKey(settings)
  if (settings.githubAppId === null || privateKey === null) return null
  const [{ createAppAuth }, { Octokit }] = await Promise.all([import('@octokit/auth-app'), import('@octokit/core')])
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
          // The cached token may be revoked: requests a new one for an installation that was
          // suspended.
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
        const cached = await token(false)
        if (Date.parse(cached.expiresAt) - Date.now() >= leastLifeMs) return cached.token
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

/** Reads the App's private key as PKCS#8 PEM; null if it is not set. Throws a SettingsError. */
function readAppKey({ githubPrivateKey, githubPrivateKeyPath }: AppSettings): string | null {
  if (githubPrivateKey !== null) return parseKey('HARMONT_GITHUB_PRIVATE_KEY', githubPrivateKey.replaceAll('\\n', '\n'))
  if (githubPrivateKeyPath === null) return null
  const variable = 'HARMONT_GITHUB_PRIVATE_KEY_PATH'
  try {
    return parseKey(variable, readFileSync(githubPrivateKeyPath, 'utf8'))
  } catch (error) {
    if (error instanceof SettingsError) throw error
    throw new SettingsError(`${variable}: expected a file that can be read, got \`${githubPrivateKeyPath}\`.`, {
      cause: error,
    })
  }
}

function parseKey(variable: string, text: string): string {
  try {
    const key = createPrivateKey(text)
    if (key.asymmetricKeyType === 'rsa') return key.export({ type: 'pkcs8', format: 'pem' }).toString()
  } catch {
    // The parser's error does not help, and may quote the key.
  }
  throw new SettingsError(`${variable}: expected the RSA private key of the GitHub App as PEM, got something else.`)
}
