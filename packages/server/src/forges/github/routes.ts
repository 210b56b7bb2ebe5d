import type { components } from '@harmont/contract'
import type pg from 'pg'
import { actorOf, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { type Complete, type Handlers, operation } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import { ForgeUnavailable } from '../../platform/outbound/forge-errors.ts'
import { createConnectState } from '../forge/connect-states.ts'
import { isForgeFailure, queueSync } from '../forge/failures.ts'
import { presentRepository } from '../repositories/present-repository.ts'
import { listRepositoriesOf, type RepositoryRow } from '../repositories/store.ts'
import {
  connectInstallation,
  type GithubServices,
  githubFailed,
  githubNotConfigured,
  installationNotFound,
  requireApp,
} from './connect.ts'
import { findBound, type InstallationRow, listBound, unbindInstallation } from './installation-store.ts'
import { syncInstallation } from './sync.ts'

type GithubOperation =
  | 'githubInstallUrl'
  | 'listGithubInstallations'
  | 'connectGithubInstallation'
  | 'disconnectGithubInstallation'
  | 'listGithubInstallationRepos'
  | 'syncGithubInstallation'

/** Installations of the GitHub App that an organization has connected. */
export function githubRoutes(services: GithubServices): Pick<Handlers, GithubOperation> {
  const { pool } = services
  return {
    githubInstallUrl: operation('githubInstallUrl', async ({ caller, membership }) => ({
      status: 200,
      body: { url: await makeInstallUrl(services, caller.userId, membership.organizationId) },
    })),
    listGithubInstallations: operation('listGithubInstallations', async ({ membership }) => {
      const rows = await listBound(pool, membership.organizationId)
      return { status: 200, body: { data: rows.map(presentInstallation) } }
    }),
    connectGithubInstallation: operation('connectGithubInstallation', async (context) => {
      const { caller, membership, body } = context
      const request = { actor: actorOf(context), userId: caller.userId, organizationId: membership.organizationId }
      return { status: 201, body: presentInstallation(await connectInstallation(services, request, body)) }
    }),
    disconnectGithubInstallation: operation('disconnectGithubInstallation', async (context) => {
      const { organizationId } = context.membership
      const number = readNumber(context.params.id)
      await transaction(pool, async (client) => {
        const account = await unbindInstallation(client, organizationId, number)
        if (account === undefined) return
        const event = { organizationId, action: 'github_installation.disconnected', subject: String(number) }
        await recordAudit(client, actorOf(context), { ...event, details: { account } })
      })
      return { status: 204 }
    }),
    listGithubInstallationRepos: operation('listGithubInstallationRepos', async ({ membership, params }) => {
      const { id } = await requireBound(pool, membership.organizationId, readNumber(params.id))
      const rows = await listRepositoriesOf(pool, { forge: 'github', id })
      return { status: 200, body: { data: rows.map(presentGithubRepository) } }
    }),
    syncGithubInstallation: operation('syncGithubInstallation', async ({ membership, params }) => {
      const number = readNumber(params.id)
      const { id } = await requireBound(pool, membership.organizationId, number)
      try {
        await syncInstallation(pool, requireApp(services), id)
      } catch (error) {
        if (!isForgeFailure(error)) throw error
        if (error instanceof ForgeUnavailable) await queueSync(pool, 'github_sync', id, error.retryAfterSeconds ?? 0)
        throw githubFailed(error)
      }
      return { status: 200, body: presentInstallation(await requireBound(pool, membership.organizationId, number)) }
    }),
  }
}

/** Returns the page that installs the App, with a state valid for an hour. Throws 503. */
async function makeInstallUrl(services: GithubServices, userId: string, organizationId: string): Promise<string> {
  const { pool, settings } = services
  requireApp(services)
  if (settings.githubAppSlug === null) throw githubNotConfigured('HARMONT_GITHUB_APP_SLUG')
  const url = new URL(`${settings.githubUrl}/apps/${encodeURIComponent(settings.githubAppSlug)}/installations/new`)
  url.searchParams.set('state', await createConnectState(pool, 'github', userId, organizationId))
  return url.href
}

/** Reads GitHub's id of an installation. Throws 404. */
async function requireBound(pool: pg.Pool, organizationId: string, number: number): Promise<InstallationRow> {
  const bound = await findBound(pool, organizationId, number)
  if (bound === undefined) throw installationNotFound()
  return bound
}

function readNumber(text: string): number {
  const number = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(number)) return number
  throw installationNotFound()
}

function presentInstallation(row: InstallationRow): Complete<components['schemas']['GithubInstallation']> {
  return {
    id: Number(row.id),
    installation_id: Number(row.number),
    account_login: row.account_login,
    account_type: row.account_type,
    created_at: formatInstant(row.created_at),
    updated_at: formatInstant(row.updated_at),
  }
}

function presentGithubRepository(row: RepositoryRow): Complete<components['schemas']['GithubRepo']> {
  return {
    id: Number(row.id),
    installation_id: Number(row.connection_id),
    gh_repo_id: Number(row.external_id),
    ...presentRepository(row),
    owner: row.owner,
    last_synced_at: formatInstant(row.last_synced_at),
  }
}
