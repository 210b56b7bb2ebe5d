import { ForgeRefused } from '../../platform/outbound/forge-errors.ts'
import type { GithubApp } from './app.ts'
import type { InstallationRow } from './installation-store.ts'

/**
 * Whether one of these GitHub accounts has control of an installation (`http.md` 11.1): it is the account itself, or installed or asked for it, or is an
 * active admin of the organization, as the installation's own token says. Fails with `ForgeUnavailable`.
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
  try {
    return await app.asInstallation(Number(installation.number), async (request) => {
      // Logins change hands; the account's number does not.
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
    })
  } catch (error) {
    // No member, a suspended installation, or one that may not see members: nothing is proved.
    if (error instanceof ForgeRefused) return false
    throw error
  }
}
