import { Readable } from 'node:stream'
import type pg from 'pg'
import { requireBuild } from '../builds/require-build.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import { AskOnce } from '../event-streams/ask-once.ts'
import { streamHeaders } from '../event-streams/frames.ts'
import { StreamSeats } from '../event-streams/stream-seats.ts'
import { type Handlers, operation } from '../http/index.ts'
import { BuildReads } from './build-changes.ts'
import { buildEvents } from './build-event-stream.ts'
import { organizationEvents, readPlace } from './organization-event-stream.ts'

export interface BuildEventServices {
  readonly pool: pg.Pool
  readonly engine: BuildEngine
  /** Aborted when the server closes its streams: at the end of its drain time. */
  readonly closing: AbortSignal
}

/** Builds as they change. */
export function buildEventRoutes({
  pool,
  engine,
  closing,
}: BuildEventServices): Pick<Handlers, 'streamBuildEvents' | 'streamOrganizationEvents'> {
  const reads = new BuildReads(pool, engine)
  const once = new AskOnce()
  const seats = new StreamSeats()
  return {
    streamBuildEvents: operation('streamBuildEvents', async ({ membership, params, query, method, header, signal }) => {
      const { pipeline, build } = await requireBuild(pool, membership.organizationId, params)
      const { version } = await reads.since(build.id, Number.MAX_SAFE_INTEGER)
      const after = readVersion(header('last-event-id') ?? query.last_event_id ?? null, version)
      const leave = method === 'GET' ? seats.take(build.id) : () => {}
      const followed = { id: build.id, number: build.number, pipeline, after }
      const stop = AbortSignal.any([signal, closing])
      return {
        status: 200,
        mediaType: 'text/event-stream',
        headers: streamHeaders,
        open: () => Readable.from(buildEvents(pool, reads, followed, stop)).once('close', leave),
      }
    }),
    streamOrganizationEvents: operation(
      'streamOrganizationEvents',
      async ({ membership, query, method, header, signal }) => {
        const { organizationId } = membership
        const seen = readPlace(header('last-event-id') ?? query.last_event_id ?? null)
        const leave = method === 'GET' ? seats.take(organizationId) : () => {}
        const stop = AbortSignal.any([signal, closing])
        const reads = { pool, changes: engine.store.changes, once }
        return {
          status: 200,
          mediaType: 'text/event-stream',
          headers: streamHeaders,
          open: () => Readable.from(organizationEvents(reads, organizationId, seen, stop)).once('close', leave),
        }
      },
    ),
  }
}

/** The version that an event id names; null for one that this build never had. */
function readVersion(id: string | null, newest: number): number | null {
  const version = /^\d{1,15}$/.test(id ?? '') ? Number(id) : 0
  return version > 0 && version <= newest ? version : null
}
