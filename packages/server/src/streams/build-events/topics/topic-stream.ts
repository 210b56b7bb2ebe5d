import { eventFrame } from '../../event-streams/frames.ts'
import { mergePulled } from '../../event-streams/merge-pulled.ts'
import type { TopicNews } from './topic-event.ts'
import { type TopicPlaces, writePlaces } from './topic-places.ts'

/**
 * The frames of a stream with topics. The last event of what came together has the reader's place in all topics as its id: who was cut off before it
 * gets all of it again.
 */
export async function* topicFrames(
  sources: readonly AsyncGenerator<TopicNews>[],
  start: TopicPlaces,
): AsyncGenerator<string> {
  const places = new Map(start)
  for await (const { events, place } of mergePulled(sources)) {
    if (place !== null) places.set(place[0], place[1])
    // A stream that is nowhere yet has no place to name.
    const id = places.size === 0 ? null : writePlaces(places)
    yield events.map(({ event, data }, at) => eventFrame(event, data, at === events.length - 1 ? id : null)).join('')
  }
}
