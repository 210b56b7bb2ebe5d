import type { Logger } from 'pino'
import { transaction } from '../../platform/database/transaction.ts'
import { EventUnreadable } from '../../platform/outbound/forge-errors.ts'
import type { ForgeEvent } from '../forge/events.ts'
import type { Forge, ForgeName, Forges } from '../forge/forge.ts'
import { applyInstallationEvent } from '../github/sync.ts'
import type { StartServices } from '../triggers/start-build.ts'
import { onCheckAction } from './on-check-action.ts'
import { onRerun } from './on-check-event.ts'
import { onPullRequest } from './on-pull-request.ts'
import { onPush } from './on-push.ts'
import { closeDelivery, type DeliveryName, findOpenDelivery } from './store.ts'

export interface ProcessServices extends StartServices {
  readonly forges: Forges
  readonly log: Logger
}

/** A delivery in hand: what makes the builds of a second try the same as those of the first. */
export interface Delivered {
  readonly forge: Forge
  readonly name: { readonly provider: ForgeName; readonly id: string; readonly event: string }
}

/** Does what a delivery calls for. May be repeated after any interruption; fails when it is to be tried again. */
export async function processDelivery(services: ProcessServices, name: DeliveryName): Promise<void> {
  const { pool, forges, log } = services
  const delivery = await findOpenDelivery(pool, name)
  if (delivery === undefined) return
  const forge = forges.get(name.forge)
  if (forge === undefined) throw new Error(`this server is no longer set up for ${name.forge}`)
  const problem = await attempt(services, forge, name.deliveryId, delivery)
  if (problem !== null) log.info({ delivery: name.deliveryId, forge: name.forge, problem }, 'ignored a delivery')
  await closeDelivery(pool, name, problem)
}

/** Gives why nothing came of it; null when something did, or it concerns us not. */
async function attempt(
  services: ProcessServices,
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
    // A delivery that tells of several refs makes a build of a pipeline for each of them.
    const name = { provider: forge.name, id, event: index === 0 ? kind : `${kind} ${index + 1}` }
    const problem = await dispatch(services, { forge, name }, event)
    if (problem !== null) problems.push(problem)
  }
  return problems[0] ?? null
}

function dispatch(services: ProcessServices, delivered: Delivered, event: ForgeEvent): Promise<string | null> {
  switch (event.type) {
    case 'push':
      return onPush(services, delivered, event)
    case 'pull_request':
      return onPullRequest(services, delivered, event)
    case 'rerun':
      return onRerun(services, delivered, event)
    case 'check_action':
      return onCheckAction(services, delivered, event)
    case 'installation':
    case 'repositories':
    case 'repository_changed':
      return transaction(services.pool, async (client) => {
        await applyInstallationEvent(client, event)
        return null
      })
  }
}
