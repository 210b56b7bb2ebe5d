import type { ChangeFeed } from '@harmont/engine'
import type pg from 'pg'
import { presentBuild } from '../../builds/records/present-build.ts'
import { findBuildsById } from '../../builds/records/store.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { follow } from '../../platform/follow/follow.ts'
import type { SingleFlight } from '../../platform/follow/single-flight.ts'
import { eventFrame } from '../event-streams/frames.ts'
import { buildEventsAfter, type EventPlace, newestPlace, unfinishedBuilds, wasThereAt } from './organization-store.ts'

/**
 * Yields the events of all builds of an organization, endlessly (`http.md` 8.4). Starts with the
 * unfinished builds, unless the reader has seen them.
 */
export async function* organizationEvents(
  reads: OrganizationReads,
  organizationId: string,
  seen: EventPlace | null,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { pool } = reads
  const start = seen ?? (await newestPlace(pool))
  if (seen === null) yield* frames(pool, await unfinishedBuilds(pool, organizationId), start)
  for await (const { buildIds, place } of followOrganization(reads, organizationId, start, signal))
    yield* frames(pool, buildIds, place)
}

/**
 * Yields the frames of builds. Only the last frame has the place as its id, so a reader that was
 * disconnected before it gets all of them again.
 */
async function* frames(pool: pg.Pool, buildIds: readonly string[], place: EventPlace): AsyncGenerator<string> {
  const builds = buildIds.length === 0 ? [] : await findBuildsById(pool, buildIds)
  const last = builds.length - 1
  const all = builds.map((build, index) => {
    const data = { pipeline_slug: build.pipeline_slug, build: presentBuild(build, build.pipeline_slug) }
    return eventFrame('build', data, index === last ? writePlace(place) : null)
  })
  if (all.length > 0) yield all.join('')
}

/** At most five reads of an organization per second. */
const restMs = 200
const rowsAtOnce = 500
/** Events are kept for a day. */
const keptMs = 24 * 3600 * 1000

export interface OrganizationReads {
  readonly pool: pg.Pool
  readonly changes: ChangeFeed
  readonly flights: SingleFlight
}

/** The changed builds, each once. */
interface ChangedBuilds {
  readonly buildIds: readonly string[]
  /** The place of a reader who has seen these builds. */
  readonly place: EventPlace
}

interface Step extends ChangedBuilds {
  /** Whether there are more, or will be as soon as a transaction has ended. */
  readonly isMore: boolean
}

/** Yields the builds of an organization that change after a place, endlessly. */
export function followOrganization(
  { pool, changes, flights }: OrganizationReads,
  organizationId: string,
  start: EventPlace,
  signal: AbortSignal,
): AsyncGenerator<ChangedBuilds> {
  let place = start
  return follow({
    subscribe: (wake) => changes.onQueue(organizationId, wake),
    async read(wake) {
      const from = place
      const question = `${organizationId} ${from.transaction} ${from.id}`
      const step = await flights.run(question, () => readStep(pool, organizationId, from))
      place = step.place
      if (step.isMore) wake()
      return step.buildIds.length > 0 ? { buildIds: step.buildIds, place } : null
    },
    isDone: () => false,
    restMs,
    signal,
  })
}

async function readStep(pool: pg.Pool, organizationId: string, after: EventPlace): Promise<Step> {
  const rows = await buildEventsAfter(pool, organizationId, after, rowsAtOnce)
  const open = rows.findIndex(({ is_settled }) => !is_settled)
  const settled = open === -1 ? rows : rows.slice(0, open)
  const buildIds = [...new Set(settled.map(({ build_id }) => build_id))]
  return { buildIds, place: settled.at(-1) ?? after, isMore: open !== -1 || rows.length === rowsAtOnce }
}

/** Formats a place as an event id. */
export function writePlace({ transaction, id }: EventPlace): string {
  return `${transaction}-${id}-${Date.now()}`
}

/**
 * Parses the place in an event id. Returns null if the id has no place or its events are no longer
 * kept, or if it is from the database from which this one was restored.
 */
export async function readPlace(database: Database, id: string | null): Promise<EventPlace | null> {
  const match = /^(\d{1,19})-(\d{1,19})-(\d{1,15})$/.exec(id ?? '')
  const [, transaction, last, at] = match ?? []
  if (transaction === undefined || last === undefined || Number(at) < Date.now() - keptMs) return null
  if (BigInt(last) >= 2n ** 63n || BigInt(transaction) >= 2n ** 63n) return null
  return (await wasThereAt(database, new Date(Number(at)))) ? { transaction, id: last } : null
}
