import { requireBuild } from '../../builds/records/require-build.ts'
import type { ViewServices } from '../../builds/view/read-view.ts'
import { SingleFlight } from '../../platform/follow/single-flight.ts'
import { type Caller, type Handlers, type Membership, operation } from '../../platform/http/index.ts'
import type { FleetServices } from '../../runners/index.ts'
import { eventStream } from '../event-streams/frames.ts'
import { type StreamServices, streamOpener } from '../event-streams/open-stream.ts'
import { withHeartbeats } from '../event-streams/with-heartbeats.ts'
import { BuildReads, buildEvents } from './build-events.ts'
import { organizationEvents, readPlace } from './organization-events.ts'
import { openTopics } from './topics/open-topics.ts'

interface BuildEventServices extends ViewServices, StreamServices, FleetServices {
  readonly pool: ViewServices['pool']
  readonly engine: ViewServices['engine']
}

/** The routes for following builds. */
export function buildEventRoutes(
  services: BuildEventServices,
): Pick<Handlers, 'streamBuildEvents' | 'streamOrganizationEvents'> {
  const { pool, engine } = services
  const reads = new BuildReads(pool, engine)
  const flights = new SingleFlight()
  const openStream = streamOpener(services)
  const answer = (context: StreamContext, owner: string, events: (signal: AbortSignal) => AsyncGenerator<string>) => {
    const { membership, caller } = context
    const holder = { organizationId: membership.organizationId, credentialId: caller.credentialId }
    return eventStream(openStream(context, { owner, holder, events }))
  }
  return {
    streamBuildEvents: operation('streamBuildEvents', async (context) => {
      const { membership, params, query, header } = context
      const { pipeline, build } = await requireBuild(pool, membership.organizationId, params)
      const { version } = await reads.since(build.id, Number.MAX_SAFE_INTEGER)
      const after = readVersion(header('last-event-id') ?? query.last_event_id ?? null, version)
      const followed = { id: build.id, number: build.number, pipeline, after }
      return answer(context, build.id, (signal) => withHeartbeats(buildEvents(engine, reads, followed, signal)))
    }),
    streamOrganizationEvents: operation('streamOrganizationEvents', async (context) => {
      const { organizationId } = context.membership
      const { topics, cursor, last_event_id } = context.query
      const lastEventId = context.header('last-event-id') ?? last_event_id ?? null
      if (topics !== undefined) {
        const from = lastEventId ?? cursor ?? ''
        return answer(
          context,
          organizationId,
          await openTopics({ ...services, flights }, context.membership, topics, from),
        )
      }
      const seen = await readPlace(pool, lastEventId)
      const from = { pool, changes: engine.store.changes, flights }
      return answer(context, organizationId, (signal) =>
        withHeartbeats(organizationEvents(from, organizationId, seen, signal)),
      )
    }),
  }
}

interface StreamContext {
  readonly method: string
  readonly membership: Membership
  readonly caller: Caller
  readonly signal: AbortSignal
}

/** Parses the version in an event id; null if this build never had it. */
function readVersion(id: string | null, newest: number): number | null {
  const version = /^\d{1,15}$/.test(id ?? '') ? Number(id) : 0
  return version > 0 && version <= newest ? version : null
}
