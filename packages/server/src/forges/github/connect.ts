import type pg from 'pg'
import { getAccount } from '../../identity/accounts/store.ts'
import { IdentityRefused, IdentityUnavailable } from '../../identity/oauth/identity-provider.ts'
import { subjectsOf } from '../../identity/oauth/identity-store.ts'
import { lockOrganization, organizationNotFound } from '../../organizations/lifecycle/store.ts'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { apiError, type Body } from '../../platform/http/index.ts'
import { ForgeRefused, ForgeUnavailable } from '../../platform/outbound/forge-errors.ts'
import type { GithubApp } from './app.ts'
import { type InstallState, isInstallState, takeInstallState } from './install-state-store.ts'
import { lookUpInstallation } from './installation-api.ts'
import {
  bindInstallation,
  findByNumber,
  type InstallationRow,
  keepInstallation,
  queueSync,
} from './installation-store.ts'
import { provesControl } from './prove-control.ts'
import { githubFailed, requireApp } from './require-app.ts'
import type { GithubServices } from './services.ts'

export interface ConnectRequest {
  readonly actor: Actor
  readonly userId: string
  readonly organizationId: string
}

/**
 * Binds an installation to an organization, when the caller's GitHub account proves control of it (`http.md` 11.1). Bound to it already, it is given again.
 * Throws 422, 503, 403, 404 and 409.
 */
export async function connectInstallation(
  services: GithubServices,
  request: ConnectRequest,
  body: Body<'connectGithubInstallation'>,
): Promise<InstallationRow> {
  const { pool } = services
  const number = readNumber(body.installation_id)
  const app = requireApp(services)
  const state = body.state == null ? null : await requireState(pool, request, body.state)
  const installation = await askGithub(async () => {
    const subjects = await identitiesOf(services, request.userId, body.code ?? null)
    if (subjects.length === 0) throw await identityRequired(services, request.userId)
    const found = await findLiving(pool, app, number)
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

async function requireState(pool: pg.Pool, request: ConnectRequest, sent: string): Promise<InstallState> {
  const { userId, organizationId } = request
  const state = { stateHash: hashToken(sent), userId, organizationId }
  if (await isInstallState(pool, state)) return state
  throw stateInvalid()
}

/** GitHub's numbers of the caller's accounts: those that are linked, and the one whose code GitHub added to the redirect. */
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
    // A used or foreign code proves nothing; what is linked may still.
    if (error instanceof IdentityRefused) return linked
    throw error
  }
}

/** What is known of an installation, with what GitHub says of it now; null: there is none. */
async function findLiving(pool: pg.Pool, app: GithubApp, number: number): Promise<InstallationRow | null> {
  if ((await findByNumber(pool, number))?.deleted_at) return null
  const facts = await lookUpInstallation(app, number)
  return facts === null ? null : keepInstallation(pool, facts)
}

async function askGithub<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    const isGithubs =
      error instanceof ForgeUnavailable || error instanceof ForgeRefused || error instanceof IdentityUnavailable
    throw isGithubs ? githubFailed(error) : error
  }
}

async function bind(
  client: pg.ClientBase,
  { actor, organizationId }: ConnectRequest,
  { id, number, organization_id: before }: InstallationRow,
  state: InstallState | null,
): Promise<InstallationRow> {
  if (!(await lockOrganization(client, organizationId))) throw organizationNotFound()
  if (state !== null && !(await takeInstallState(client, state.stateHash))) throw stateInvalid()
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
  await queueSync(client, id)
  return bound
}

/** The same for a number that nobody has and one that is not the caller's. */
export function installationNotFound(): Error {
  return apiError(
    'github_installation_not_found',
    'Installation not found, or your GitHub account does not control it. Install the App on an account that you administer.',
  )
}

/** Tells the way that every client has: whoever signs in with a verified address of ours has linked that account. */
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
