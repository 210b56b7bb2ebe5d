import type pg from 'pg'
import { nobody, recordAudit } from '../../platform/audit/record-audit.ts'
import { databaseTime } from '../../platform/database/database-time.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { ForgeRefused, ForgeUnavailable } from '../../platform/outbound/forge-errors.ts'
import { queueDiscovery } from '../discovery/queue-discovery.ts'
import type { ForgeRepository } from '../forge/events.ts'
import { keepRepositories, removeUnseenRepositories } from '../repositories/store.ts'
import type { GithubApp } from './app.ts'
import { lookUpInstallation } from './installation-api.ts'
import { endInstallation, findInstallation, keepInstallation, noteSync } from './installation-store.ts'
import { listInstallationRepositories } from './list-repositories.ts'

/**
 * Reads an installation anew: whether it is there, suspended, and what it shows. Repositories that an event told of meanwhile stay. Fails with
 * `ForgeUnavailable` or `ForgeRefused`, and notes why.
 */
export async function syncInstallation(pool: pg.Pool, app: GithubApp, id: string): Promise<void> {
  const installation = await findInstallation(pool, id)
  if (installation === undefined || installation.organization_id === null) return
  try {
    const started = await databaseTime(pool)
    const facts = await lookUpInstallation(app, Number(installation.number))
    if (facts === null) return await transaction(pool, (client) => forgetInstallation(client, id, installation.number))
    const isReadable = facts.suspendedAt === null
    const found: readonly ForgeRepository[] = isReadable
      ? await app.asInstallation(facts.number, listInstallationRepositories)
      : []
    await transaction(pool, async (client) => {
      await keepInstallation(client, facts)
      await noteSync(client, id, null)
      if (!isReadable) return
      const holder = { forge: 'github', id } as const
      await keepRepositories(client, holder, found)
      await removeUnseenRepositories(client, holder, started)
      await queueDiscovery(
        client,
        'github',
        found.map(({ externalId }) => externalId),
      )
    })
  } catch (error) {
    if (error instanceof ForgeUnavailable || error instanceof ForgeRefused) await noteSync(pool, id, error.message)
    throw error
  }
}

/** Ends an installation that GitHub has no more, within a transaction. */
export async function forgetInstallation(client: Database, id: string, number: string): Promise<void> {
  const ended = await endInstallation(client, id)
  if (ended === undefined || ended.organization_id === null) return
  const { organization_id: organizationId, account_login: account } = ended
  const event = { organizationId, action: 'github_installation.ended', subject: number }
  await recordAudit(client, nobody, { ...event, details: { account } })
}
