import { now } from '@harmont/sandbox'
import { findSummaries, presentSummary } from '../../../builds/overviews/summary.ts'
import { followOrganization, type OrganizationReads, readPlace, writePlace } from '../organization-events.ts'
import { type EventPlace, newestPlace, unfinishedOrJustEnded } from '../organization-store.ts'
import { beat, type TopicEvent, type TopicNews } from './topic-event.ts'
import { buildsPlace } from './topic-places.ts'

/**
 * Yields all builds of an organization as they change, endlessly. A reader without a place first
 * gets the builds that are unfinished, or ended while it may have been reading its list. A reader
 * whose place is no longer kept must also read the list again.
 */
export async function* buildsTopic(
  reads: OrganizationReads,
  { organizationId, after }: { readonly organizationId: string; readonly after: string | null },
  signal: AbortSignal,
): AsyncGenerator<TopicNews> {
  const { pool } = reads
  const seen = await readPlace(pool, after)
  const start = seen ?? (await newestPlace(pool))
  if (seen === null) {
    const first: TopicEvent[] = after === null ? [] : [{ event: 'resync', data: { topic: 'builds' } }]
    const events = [...first, ...(await eventsOf(reads, await unfinishedOrJustEnded(pool, organizationId)))]
    // Sends the place at once, for a reader that is disconnected before any event.
    yield { events: events.length > 0 ? events : [beat()], place: placeOf(start) }
  }
  for await (const { buildIds, place } of followOrganization(reads, organizationId, start, signal)) {
    const events = await eventsOf(reads, buildIds)
    if (events.length > 0) yield { events, place: placeOf(place) }
  }
}

async function eventsOf({ pool }: OrganizationReads, buildIds: readonly string[]): Promise<readonly TopicEvent[]> {
  const at = now()
  return (await findSummaries(pool, buildIds)).map((row) => ({
    event: 'build',
    data: { pipeline_slug: row.pipeline_slug, build: presentSummary(row, at) },
  }))
}

function placeOf(place: EventPlace): readonly [string, string] {
  return [buildsPlace, writePlace(place)]
}
