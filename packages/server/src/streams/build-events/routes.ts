import { Readable } from 'node:stream'
import { requireBuild } from '../../builds/records/require-build.ts'
import type { ViewServices } from '../../builds/view/read-view.ts'
import type { AccessWatch } from '../../identity/access/access-watch.ts'
import { AskOnce } from '../../platform/follow/single-flight.ts'
import { type Caller, type Handlers, type Membership, operation } from '../../platform/http/index.ts'
import { streamHeaders } from '../event-streams/frames.ts'
import { StreamSeats } from '../event-streams/stream-seats.ts'
import { withHeartbeats } from '../event-streams/with-heartbeats.ts'
import { BuildReads } from './build-changes.ts'
import { buildEvents } from './build-events.ts'
import { readPlace } from './follow-organization.ts'
import { organizationEvents } from './organization-events.ts'
import { openTopics } from './topics/open-topics.ts'

export interface BuildEventServices extends ViewServices {
  /** Aborted when the server closes its streams: at the end of its drain time. */
  readonly closing: AbortSignal
  readonly accessWatch: AccessWatch
}

/** Builds as they change. */
export function buildEventRoutes(
  services: BuildEventServices,
): Pick<Handlers, 'streamBuildEvents' | 'streamOrganizationEvents'> {
  const { pool, engine, closing, accessWatch } = services
  const reads = new BuildReads(pool, engine)
  const once = new AskOnce()
  const seats = new StreamSeats()
  /** The answer of a stream that has a seat while it is open, and is open while its reader may read. */
  const stream = (
    { method, membership, caller, signal }: StreamContext,
    seat: string,
    events: (stop: AbortSignal) => AsyncGenerator<string>,
  ) => {
    const leave = method === 'GET' ? seats.take(seat) : () => {}
    return {
      status: 200,
      mediaType: 'text/event-stream',
      headers: streamHeaders,
      isLive: true,
      open: () => {
        const holder = { organizationId: membership.organizationId, credentialId: caller.credentialId }
        const reading = accessWatch.watch(holder, AbortSignal.any([signal, closing]))
        return Readable.from(events(reading.signal)).once('close', () => {
          reading.end()
          leave()
        })
      },
    } as const
  }
  return {
    streamBuildEvents: operation('streamBuildEvents', async (context) => {
      const { membership, params, query, header } = context
      const { pipeline, build } = await requireBuild(pool, membership.organizationId, params)
      const { version } = await reads.since(build.id, Number.MAX_SAFE_INTEGER)
      const after = readVersion(header('last-event-id') ?? query.last_event_id ?? null, version)
      const followed = { id: build.id, number: build.number, pipeline, after }
      return stream(context, build.id, (stop) => withHeartbeats(buildEvents(services, reads, followed, stop)))
    }),
    streamOrganizationEvents: operation('streamOrganizationEvents', async (context) => {
      const { organizationId } = context.membership
      const { topics, cursor, last_event_id } = context.query
      const lastEventId = context.header('last-event-id') ?? last_event_id ?? null
      if (topics !== undefined) {
        const open = await openTopics({ ...services, once }, context.membership, topics, lastEventId ?? cursor ?? '')
        return stream(context, organizationId, open)
      }
      const seen = await readPlace(pool, lastEventId)
      const from = { pool, changes: engine.store.changes, once }
      return stream(context, organizationId, (stop) =>
        withHeartbeats(organizationEvents(from, organizationId, seen, stop)),
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

/** The version that an event id names; null for one that this build never had. */
function readVersion(id: string | null, newest: number): number | null {
  const version = /^\d{1,15}$/.test(id ?? '') ? Number(id) : 0
  return version > 0 && version <= newest ? version : null
}
