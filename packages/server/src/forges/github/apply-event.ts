import type { Database } from '../../platform/database/transaction.ts'
import type { InstallationEvent, RepositoriesEvent, RepositoryChangedEvent } from '../forge/events.ts'
import { removeRepositories } from '../repositories/store.ts'
import { findByNumber, keepInstallation, queueSync } from './installation-store.ts'
import { forgetInstallation } from './sync.ts'

/**
 * Keeps what GitHub tells of our installations, within the transaction that takes the event. Events come twice, late and out of order, so each is followed by
 * a look at how things are.
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
  await queueSync(client, installation.id)
}

async function applyInstallation(client: Database, event: InstallationEvent): Promise<void> {
  const isNew = event.action === 'created'
  const { id, number } = await keepInstallation(client, {
    number: Number(event.installation),
    account: event.account,
    suspendedAt: event.action === 'suspended' ? new Date() : null,
    installedBy: isNew ? event.sender.id : null,
    requestedBy: isNew ? (event.requester?.id ?? null) : null,
  })
  if (event.action === 'deleted') await forgetInstallation(client, id, number)
  else await queueSync(client, id)
}
