import { randomBytes } from 'node:crypto'
import { hashToken } from '../../platform/encryption/token.ts'
import { insertInstallState } from './install-state-store.ts'
import { githubNotConfigured, requireApp } from './require-app.ts'
import type { GithubServices } from './services.ts'

/** Where to install the App, with a state that shows for an hour who began it for which organization. Throws 503. */
export async function makeInstallUrl(
  services: GithubServices,
  userId: string,
  organizationId: string,
): Promise<string> {
  const { pool, settings } = services
  requireApp(services)
  if (settings.githubAppSlug === null) throw githubNotConfigured('HARMONT_GITHUB_APP_SLUG')
  const state = randomBytes(32).toString('base64url')
  await insertInstallState(pool, { stateHash: hashToken(state), userId, organizationId })
  const url = new URL(`${settings.githubUrl}/apps/${encodeURIComponent(settings.githubAppSlug)}/installations/new`)
  url.searchParams.set('state', state)
  return url.href
}
