import type { ChangeFeed } from '@harmont/engine'
import { follow } from '../../../platform/follow/follow.ts'
import type { SingleFlight } from '../../../platform/follow/single-flight.ts'
import { type FleetServices, markOfFleet } from '../../../runners/read-fleet.ts'
import type { TopicNews } from './topic-event.ts'

/** Runners connect and disconnect without an event, so the stream polls at this interval. */
const lookMs = 3_000
const restMs = 500

interface Services extends FleetServices {
  readonly engine: FleetServices['engine'] & { readonly store: { readonly changes: Pick<ChangeFeed, 'onQueue'> } }
  readonly flights: SingleFlight
}

/**
 * Yields a request to read the organization's runners, at first and after each change, endlessly.
 */
export async function* runnersTopic(
  services: Services,
  organizationId: string,
  signal: AbortSignal,
): AsyncGenerator<TopicNews> {
  const { engine, flights } = services
  let before: string | null = null
  const changes = follow({
    subscribe(wake) {
      const looking = setInterval(wake, lookMs)
      const unsubscribe = engine.store.changes.onQueue(organizationId, wake)
      return () => {
        clearInterval(looking)
        unsubscribe()
      }
    },
    async read() {
      const mark = await flights.run(`runners of ${organizationId}`, () => markOfFleet(services, organizationId))
      const isNew = mark !== before
      before = mark
      return isNew ? mark : null
    },
    isDone: () => false,
    restMs,
    signal,
  })
  for await (const _ of changes) yield { events: [{ event: 'resync', data: { topic: 'runners' } }], place: null }
}
