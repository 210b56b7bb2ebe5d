import { setTimeout as sleep } from 'node:timers/promises'
import { silenceMs } from '../../event-streams/frames.ts'
import { formatInstant } from '../../input/instant.ts'
import type { TopicEvent, TopicNews } from './topic-event.ts'

/** A sign of life. */
export function beat(): TopicEvent {
  return { event: 'beat', data: { server_time: formatInstant(Date.now()) } }
}

/** Says at once, and then as often as a reader expects it, that the stream is alive: scripts cannot see comments. */
export async function* beats(stop: AbortSignal, everyMs = silenceMs): AsyncGenerator<TopicNews> {
  while (!stop.aborted) {
    yield { events: [beat()], place: null }
    await sleep(everyMs, undefined, { signal: stop, ref: false }).catch((error: unknown) => {
      if (!stop.aborted) throw error
    })
  }
}
