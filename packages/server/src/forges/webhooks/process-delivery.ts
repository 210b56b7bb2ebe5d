import { transaction } from '../../platform/database/transaction.ts'
import { EventUnreadable } from '../../platform/outbound/forge-errors.ts'
import type { ForgeEvent } from '../forge/events.ts'
import type { Forge } from '../forge/forge.ts'
import { applyInstallationEvent } from '../github/sync.ts'
import { findConnected } from '../repositories/connected-repository.ts'
import { onCheckAction, onRerun } from './check-events.ts'
import type { EventContext, EventServices } from './event-context.ts'
import { onPullRequest, onPush } from './push-events.ts'
import { closeDelivery, type DeliveryName, findOpenDelivery } from './store.ts'

/** Processes a delivery. Safe to repeat. Throws if the task should be retried. */
export async function processDelivery(services: EventServices, name: DeliveryName): Promise<void> {
  const { pool, forges, log } = services
  const delivery = await findOpenDelivery(pool, name)
  if (delivery === undefined) return
  const forge = forges.get(name.forge)
  if (forge === undefined) throw new Error(`this server is no longer set up for ${name.forge}`)
  const problem = await processEvents(services, forge, name.deliveryId, delivery)
  if (problem !== null) log.info({ delivery: name.deliveryId, forge: name.forge, problem }, 'ignored a delivery')
  await closeDelivery(pool, name, problem)
}

/** Returns the reason why the delivery had no effect; null if it had one, or is irrelevant. */
async function processEvents(
  services: EventServices,
  forge: Forge,
  id: string,
  { event: kind, payload }: { readonly event: string; readonly payload: Buffer },
): Promise<string | null> {
  let events: readonly ForgeEvent[]
  try {
    events = forge.webhooks.parse(kind, payload)
  } catch (error) {
    if (error instanceof EventUnreadable) return error.message
    throw error
  }
  const problems: string[] = []
  for (const [index, event] of events.entries()) {
    // A delivery with several refs creates a build of a pipeline for each of them.
    const delivery = { provider: forge.name, id, event: index === 0 ? kind : `${kind} ${index + 1}` }
    const problem = await processEvent(services, forge, delivery, event)
    if (problem !== null) problems.push(problem)
  }
  return problems[0] ?? null
}

async function processEvent(
  services: EventServices,
  forge: Forge,
  delivery: EventContext['delivery'],
  event: ForgeEvent,
): Promise<string | null> {
  if (event.type === 'installation' || event.type === 'repositories' || event.type === 'repository_changed') {
    await transaction(services.pool, (client) => applyInstallationEvent(client, event))
    return null
  }
  const repository = await findConnected(services.pool, forge.name, event.repository.externalId)
  if (repository === undefined) return 'no organization has connected the repository'
  const context = { services, forge, repository, delivery }
  switch (event.type) {
    case 'push':
      return onPush(context, event)
    case 'pull_request':
      return onPullRequest(context, event)
    case 'rerun':
      return onRerun(context, event)
    case 'check_action':
      return onCheckAction(context, event)
  }
}
