import type { ViewServices } from '../../../builds/view/read-view.ts'
import type { SingleFlight } from '../../../platform/follow/single-flight.ts'
import { type Membership, queryError, requireRole } from '../../../platform/http/index.ts'
import type { FleetServices } from '../../../runners/index.ts'
import { eventFrame } from '../../event-streams/frames.ts'
import { mergePulled } from '../../event-streams/merge-pulled.ts'
import { buildTopic } from './build-topic.ts'
import { buildsTopic } from './builds-topic.ts'
import { findTopics } from './find-topics.ts'
import { logTopic } from './log-topic.ts'
import { parseTopics } from './parse-topics.ts'
import { beats, type TopicNews } from './topic-event.ts'
import { buildsPlace, placeName, readPlaces, type TopicPlaces, writePlaces } from './topic-places.ts'

/**
 * Opens a stream with these topics. `cursor` is absent, an event id, or the version of the only
 * build among the topics. Throws 400 `query_invalid`, 404 for absent topics and those of other
 * organizations, and 403 for runners that the member may not see.
 */
export async function openTopics(
  services: ViewServices & FleetServices & { readonly flights: SingleFlight },
  membership: Membership,
  text: string,
  cursor: string,
): Promise<(signal: AbortSignal) => AsyncGenerator<string>> {
  const topics = parseTopics(text)
  if ('problem' in topics) throw queryError('topics', topics.problem)
  const { organizationId } = membership
  const { hasBuilds, hasRunners, builds, logs } = await findTopics(services.pool, membership, topics)
  if (hasRunners) requireRole('runners.read', membership)
  const topicOfRunners = hasRunners ? (await import('./runners-topic.ts')).runnersTopic : null
  const [only] = builds.length === 1 ? builds : []
  const places: TopicPlaces =
    only !== undefined && /^\d{1,15}$/.test(cursor)
      ? new Map([[placeName('b', only.build.id), cursor]])
      : readPlaces(cursor)
  // Places in other topics are dropped.
  const names = [
    ...(hasBuilds ? [buildsPlace] : []),
    ...builds.map(({ build }) => placeName('b', build.id)),
    ...logs.map(({ jobId }) => placeName('l', jobId)),
  ]
  const start = new Map(names.flatMap((name) => (places.has(name) ? [[name, places.get(name) ?? ''] as const] : [])))
  const reads = { pool: services.pool, changes: services.engine.store.changes, flights: services.flights }
  return (signal) =>
    topicFrames(
      [
        beats(signal),
        ...(hasBuilds ? [buildsTopic(reads, { organizationId, after: start.get(buildsPlace) ?? null }, signal)] : []),
        ...(topicOfRunners === null ? [] : [topicOfRunners(services, organizationId, signal)]),
        ...builds.map((build) => {
          const after = readNumber(start.get(placeName('b', build.build.id)))
          return buildTopic(services, { ...build, after }, signal)
        }),
        ...logs.map(({ name, jobId, line }) => {
          const after = readNumber(start.get(placeName('l', jobId)))
          return logTopic(services.engine.logs, { topic: name, jobId, line, after }, signal)
        }),
      ],
      start,
    )
}

function readNumber(place: string | undefined): number | null {
  return /^\d{1,15}$/.test(place ?? '') ? Number(place) : null
}

/**
 * Yields the frames of a stream with topics. Only the last of several simultaneous events has an
 * id, which is the reader's place in all topics. A reader that was disconnected before it therefore
 * gets all of them again.
 */
async function* topicFrames(sources: readonly AsyncGenerator<TopicNews>[], start: TopicPlaces): AsyncGenerator<string> {
  const places = new Map(start)
  for await (const { events, place } of mergePulled(sources)) {
    if (place !== null) places.set(place[0], place[1])
    // A stream without a place has no id.
    const id = places.size === 0 ? null : writePlaces(places)
    yield events.map(({ event, data }, at) => eventFrame(event, data, at === events.length - 1 ? id : null)).join('')
  }
}
