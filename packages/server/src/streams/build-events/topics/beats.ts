import { now } from '@harmont/sandbox'
import { Bell } from '../../../platform/follow/signal.ts'
import { formatInstant } from '../../../platform/input/instant.ts'
import { silenceMs } from '../../event-streams/frames.ts'
import type { TopicEvent, TopicNews } from './topic-event.ts'

/** A sign of life. */
export function beat(): TopicEvent {
  return { event: 'beat', data: { server_time: formatInstant(now()) } }
}

/** Says at once, and then as often as a reader expects it, that the stream is alive: scripts cannot see comments. */
export async function* beats(stop: AbortSignal, everyMs = silenceMs): AsyncGenerator<TopicNews> {
  const bell = new Bell(stop)
  try {
    while (!stop.aborted) {
      yield { events: [beat()], place: null }
      await bell.rang(everyMs)
    }
  } finally {
    bell.close()
  }
}
