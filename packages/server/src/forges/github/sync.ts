/** Keeps our copy of installations and their repositories up to date. */
import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import { recordAudit, systemActor } from '../../platform/audit/record-audit.ts'
import { databaseTime } from '../../platform/database/database-time.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { removeExpiredStates } from '../forge/connect-states.ts'
import type { ForgeRepository, InstallationEvent, RepositoriesEvent, RepositoryChangedEvent } from '../forge/events.ts'
import { isForgeFailure, queueSync, syncTask } from '../forge/failures.ts'
import { recordSync, removeRepositories, replaceRepositories } from '../repositories/store.ts'
import type { GithubApp } from './app.ts'
import { listInstallationRepositories, lookUpInstallation } from './installation-api.ts'
import { endInstallation, findByNumber, findInstallation, upsertInstallation } from './installation-store.ts'

interface GithubTaskServices {
  readonly pool: pg.Pool
  readonly githubApp: GithubApp | null
  readonly log: Logger
}

export const githubCrontab = ['41 * * * * github_sweep']

export function githubTasks(services: GithubTaskServices): TaskList {
  const { pool, githubApp, log } = services
  return {
    github_sync: syncTask(services, 'github_sync', 'GitHub', async (id) => {
      if (githubApp !== null) await syncInstallation(pool, githubApp, id)
    }),
    github_sweep: async () => {
      log.info({ states: await removeExpiredStates(pool, 'github') }, 'removed expired install states')
    },
  }
}

/**
 * Reads the state and the repositories of an installation. Repositories that an event added in the
 * meantime stay. Fails with `ForgeUnavailable` or `ForgeRefused`, and records the reason.
 */
export async function syncInstallation(pool: pg.Pool, app: GithubApp, id: string): Promise<void> {
  const installation = await findInstallation(pool, id)
  if (installation === undefined || installation.organization_id === null) return
  const connection = { forge: 'github', id } as const
  try {
    const started = await databaseTime(pool)
    const facts = await lookUpInstallation(app, Number(installation.number))
    if (facts === null) return await transaction(pool, (client) => removeInstallation(client, id, installation.number))
    const isReadable = facts.suspendedAt === null
    const found: readonly ForgeRepository[] = isReadable
      ? await app.asInstallation(facts.number, listInstallationRepositories)
      : []
    await transaction(pool, async (client) => {
      await upsertInstallation(client, facts)
      await recordSync(client, connection, null)
      if (isReadable) await replaceRepositories(client, connection, found, started)
    })
  } catch (error) {
    if (isForgeFailure(error)) await recordSync(pool, connection, error.message)
    throw error
  }
}

/** Ends an installation that GitHub removed, within a transaction. */
async function removeInstallation(client: Database, id: string, number: string): Promise<void> {
  const ended = await endInstallation(client, id)
  if (ended === undefined || ended.organization_id === null) return
  const { organization_id: organizationId, account_login: account } = ended
  const event = { organizationId, action: 'github_installation.ended', subject: number }
  await recordAudit(client, systemActor, { ...event, details: { account } })
}

/**
 * Applies an event of an installation, within a transaction. Events may arrive twice, late and out
 * of order, so each is followed by a sync.
 */
export async function applyInstallationEvent(
  client: Database,
  event: InstallationEvent | RepositoriesEvent | RepositoryChangedEvent,
): Promise<void> {
  if (event.type === 'installation') return applyInstallation(client, event)
  const installation = await findByNumber(client, Number(event.installation))
  if (installation === undefined || installation.deleted_at !== null) return
  if (event.type === 'repositories')
    await removeRepositories(client, { forge: 'github', id: installation.id }, event.removedIds)
  await queueSync(client, 'github_sync', installation.id)
}

async function applyInstallation(client: Database, event: InstallationEvent): Promise<void> {
  const isNew = event.action === 'created'
  const { id, number } = await upsertInstallation(client, {
    number: Number(event.installation),
    account: event.account,
    suspendedAt: event.action === 'suspended' ? new Date() : null,
    installedBy: isNew ? event.sender.id : null,
    requestedBy: isNew ? (event.requester?.id ?? null) : null,
  })
  if (event.action === 'deleted') await removeInstallation(client, id, number)
  else await queueSync(client, 'github_sync', id)
}
