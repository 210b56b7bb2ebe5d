/** Calls about an installation of the GitHub App. */
import { ForgeRefused } from '../../platform/outbound/forge-errors.ts'
import type { ForgeRepository } from '../forge/events.ts'
import { orNull } from '../forge/failures.ts'
import type { GithubApp, GithubRequest } from './app.ts'
import type { InstallationFacts, InstallationRow } from './installation-store.ts'

/** Looks up an installation; null if it does not exist. Fails like `asApp`. */
export async function lookUpInstallation(app: GithubApp, number: number): Promise<InstallationFacts | null> {
  const found = await orNull(
    () => app.asApp((request) => request('GET /app/installations/{installation_id}', { installation_id: number })),
    (error) => error instanceof ForgeRefused && error.status === 404,
  )
  const account = found?.data.account ?? null
  // An enterprise has no login and no repositories.
  if (found === null || account === null || !('login' in account)) return null
  const { suspended_at: suspendedAt } = found.data
  return {
    number,
    account: {
      id: String(account.id),
      login: account.login,
      type: account.type === 'Organization' ? 'Organization' : 'User',
    },
    suspendedAt: suspendedAt === null ? null : new Date(suspendedAt),
    installedBy: null,
    requestedBy: null,
  }
}

/**
 * Returns whether one of these GitHub accounts controls an installation (`http.md` 11.1): it owns,
 * installed or requested it, or is an active admin of the organization. The installation's own
 * token can read the admins. Fails with `ForgeUnavailable`.
 */
export async function provesControl(
  app: GithubApp,
  installation: InstallationRow,
  subjects: readonly string[],
): Promise<boolean> {
  const { account_id, account_type, installed_by, requested_by } = installation
  const isIn = (id: string | null) => id !== null && subjects.includes(id)
  if (isIn(installed_by) || isIn(requested_by)) return true
  if (account_type === 'User') return isIn(account_id)
  for (const subject of subjects) if (await isActiveAdmin(app, installation, subject)) return true
  return false
}

async function isActiveAdmin(app: GithubApp, installation: InstallationRow, subject: string): Promise<boolean> {
  // A refusal proves nothing: the account is no member, or the installation is suspended or may not
  // read members.
  const isAdmin = await orNull(() =>
    app.asInstallation(Number(installation.number), async (request) => {
      // Another account may take over a login, but never an id.
      const { data: user } = await request('GET /user/{account_id}', { account_id: Number(subject) })
      const { data: membership } = await request('GET /orgs/{org}/memberships/{username}', {
        org: installation.account_login,
        username: user.login,
      })
      return (
        membership.state === 'active' &&
        membership.role === 'admin' &&
        String(membership.user?.id) === subject &&
        String(membership.organization.id) === installation.account_id
      )
    }),
  )
  return isAdmin === true
}

const pageSize = 100

/** Lists all repositories of an installation. */
export async function listInstallationRepositories(request: GithubRequest): Promise<readonly ForgeRepository[]> {
  const found: ForgeRepository[] = []
  for (let page = 1; ; page += 1) {
    const { data } = await request('GET /installation/repositories', { per_page: pageSize, page })
    for (const each of data.repositories)
      found.push({
        externalId: String(each.id),
        owner: each.owner.login,
        name: each.name,
        fullName: each.full_name,
        cloneUrl: each.clone_url,
        defaultBranch: each.default_branch,
        isPrivate: each.private,
      })
    if (data.repositories.length < pageSize) return found
  }
}
