/** Connects installations of the GitHub App to organizations. */
import type pg from 'pg'
import { getAccount } from '../../identity/accounts/store.ts'
import {
  type IdentityProvider,
  type IdentityProviderName,
  IdentityRefused,
  IdentityUnavailable,
} from '../../identity/oauth/identity-provider.ts'
import { subjectsOf } from '../../identity/oauth/identity-store.ts'
import { lockOrganization, organizationNotFound } from '../../organizations/lifecycle/store.ts'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { apiError, type Body } from '../../platform/http/index.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import { findConnectState, takeConnectState } from '../forge/connect-states.ts'
import { isForgeFailure, queueSync } from '../forge/failures.ts'
import type { GithubApp } from './app.ts'
import { lookUpInstallation, provesControl } from './installation-api.ts'
import { bindInstallation, findByNumber, type InstallationRow, upsertInstallation } from './installation-store.ts'

export interface GithubServices {
  readonly pool: pg.Pool
  readonly settings: Settings
  readonly githubApp: GithubApp | null
  readonly identityProviders: ReadonlyMap<IdentityProviderName, IdentityProvider>
}

interface ConnectRequest {
  readonly actor: Actor
  readonly userId: string
  readonly organizationId: string
}

/**
 * Binds an installation to an organization if the caller's GitHub account proves control of it
 * (`http.md` 11.1). Returns it unchanged if it is bound already. Throws 422, 503, 403, 404 and 409.
 */
export async function connectInstallation(
  services: GithubServices,
  request: ConnectRequest,
  body: Body<'connectGithubInstallation'>,
): Promise<InstallationRow> {
  const { pool } = services
  const number = readNumber(body.installation_id)
  const app = requireApp(services)
  const state = body.state ?? null
  if (state !== null) await requireState(pool, request, state)
  const installation = await askGithub(async () => {
    const subjects = await identitiesOf(services, request.userId, body.code ?? null)
    if (subjects.length === 0) throw await identityRequired(services, request.userId)
    const found = await refreshInstallation(pool, app, number)
    return found !== null && (await provesControl(app, found, subjects)) ? found : null
  })
  if (installation === null) throw installationNotFound()
  return transaction(pool, (client) => bind(client, request, installation, state))
}

function readNumber(given: number): number {
  if (Number.isSafeInteger(given) && given > 0) return given
  throw apiError(
    'github_installation_id_invalid',
    '`installation_id` must be the number of the installation at GitHub.',
    {
      errors: [{ field: 'installation_id', message: 'must be a whole number above 0' }],
    },
  )
}

async function requireState(pool: pg.Pool, { userId, organizationId }: ConnectRequest, state: string): Promise<void> {
  const found = await findConnectState(pool, 'github', state, userId)
  if (found?.organizationId !== organizationId) throw stateInvalid()
}

/** Returns the ids of the caller's linked GitHub accounts and of the account of the code. */
async function identitiesOf(
  { pool, identityProviders }: GithubServices,
  userId: string,
  code: string | null,
): Promise<readonly string[]> {
  const linked = await subjectsOf(pool, userId, 'github')
  const provider = identityProviders.get('github')
  if (code === null || provider === undefined) return linked
  try {
    const { subject } = await provider.identify({ code, redirectUri: null, codeVerifier: null, nonce: null })
    return [...new Set([...linked, subject])]
  } catch (error) {
    // An invalid code proves nothing, but a linked account may still prove control.
    if (error instanceof IdentityRefused) return linked
    throw error
  }
}

/** Stores and returns the state of an installation at GitHub; null if it does not exist. */
async function refreshInstallation(pool: pg.Pool, app: GithubApp, number: number): Promise<InstallationRow | null> {
  if ((await findByNumber(pool, number))?.deleted_at) return null
  const facts = await lookUpInstallation(app, number)
  return facts === null ? null : upsertInstallation(pool, facts)
}

async function askGithub<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    throw isForgeFailure(error) || error instanceof IdentityUnavailable ? githubFailed(error) : error
  }
}

async function bind(
  client: pg.ClientBase,
  { actor, organizationId }: ConnectRequest,
  { id, number, organization_id: before }: InstallationRow,
  state: string | null,
): Promise<InstallationRow> {
  if (!(await lockOrganization(client, organizationId))) throw organizationNotFound()
  if (state !== null && !(await takeConnectState(client, 'github', state))) throw stateInvalid()
  if (!(await bindInstallation(client, id, organizationId)))
    throw apiError(
      'github_installation_bound_elsewhere',
      'Another organization of this server has connected this installation. Disconnect it there first.',
    )
  const bound = await findByNumber(client, Number(number))
  if (bound === undefined) throw installationNotFound()
  if (before !== organizationId) {
    const details = { account: bound.account_login }
    await recordAudit(client, actor, {
      organizationId,
      action: 'github_installation.connected',
      subject: number,
      details,
    })
  }
  await queueSync(client, 'github_sync', id)
  return bound
}

/** Returns the same 404 for unknown installations and for those of others. */
export function installationNotFound(): Error {
  return apiError(
    'github_installation_not_found',
    'Installation not found, or your GitHub account does not control it. Install the App on an account that you administer.',
  )
}

/** Returns the 403 with instructions for linking an account that work in every client. */
async function identityRequired({ pool, identityProviders }: GithubServices, userId: string): Promise<Error> {
  const why = 'No GitHub account is linked to yours, so nothing proves that the installation is yours.'
  if (!identityProviders.has('github'))
    return apiError(
      'github_identity_required',
      `${why} This server is not set up for sign-in with GitHub: ask its operator to set HARMONT_GITHUB_CLIENT_ID and HARMONT_GITHUB_CLIENT_SECRET.`,
    )
  const { email } = await getAccount(pool, userId)
  return apiError(
    'github_identity_required',
    `${why} Sign in with GitHub, with an account whose verified primary address is ${email}: that links it. Or link any account in the web app, under Account. Then connect again.`,
  )
}

function stateInvalid(): Error {
  return apiError(
    'oauth_state_invalid',
    'This connection is unknown, used, older than an hour, or was started by another user or for another organization. Start it again.',
  )
}

/** Returns the GitHub App. Throws 503 `github_not_configured`. */
export function requireApp({ githubApp }: { readonly githubApp: GithubApp | null }): GithubApp {
  if (githubApp !== null) return githubApp
  throw githubNotConfigured('HARMONT_GITHUB_APP_ID and HARMONT_GITHUB_PRIVATE_KEY')
}

export function githubNotConfigured(settings: string): Error {
  return apiError('github_not_configured', `This server has no GitHub App. Its operator sets one up with ${settings}.`)
}

export function githubFailed(cause: Error): Error {
  return apiError('github_sync_failed', `GitHub is unavailable; try again later. ${cause.message}`, {
    cause,
  })
}
