import { ForgeRefused } from '../../platform/outbound/forge-errors.ts'
import type { GithubApp } from './app.ts'
import type { InstallationFacts } from './installation-store.ts'

/** What GitHub says of an installation now; null: it has none of that number. Fails with `ForgeUnavailable` or `ForgeRefused`. */
export async function lookUpInstallation(app: GithubApp, number: number): Promise<InstallationFacts | null> {
  try {
    const { data } = await app.asApp((request) =>
      request('GET /app/installations/{installation_id}', { installation_id: number }),
    )
    const { account } = data
    // An enterprise has no login and no repositories.
    if (account === null || !('login' in account)) return null
    return {
      number,
      account: {
        id: String(account.id),
        login: account.login,
        type: account.type === 'Organization' ? 'Organization' : 'User',
      },
      suspendedAt: data.suspended_at === null ? null : new Date(data.suspended_at),
      installedBy: null,
      requestedBy: null,
    }
  } catch (error) {
    if (error instanceof ForgeRefused && error.status === 404) return null
    throw error
  }
}
