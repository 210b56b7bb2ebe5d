import type { components } from '@harmont/contract'
import { now } from '@harmont/sandbox'
import { Signal } from '../../../platform/follow/signal.ts'
import type { Complete } from '../../../platform/http/index.ts'
import { formatInstant } from '../../../platform/input/instant.ts'
import { silenceMs } from '../../event-streams/frames.ts'

type Schemas = components['schemas']

type WholeBuildData = Complete<Schemas['EventOfBuild']>
/** `view` is present for a build that is itself a topic. */
type BuildData = Omit<WholeBuildData, 'view'> & { readonly view?: WholeBuildData['view'] }

/** An event with the data specified by the contract. */
export type TopicEvent =
  | { readonly event: 'build'; readonly data: BuildData }
  | { readonly event: 'job'; readonly data: Complete<Schemas['EventOfJob']> }
  | { readonly event: 'log'; readonly data: Complete<Schemas['EventOfLog']> }
  | { readonly event: 'end'; readonly data: Complete<Schemas['EventOfEnd']> }
  | { readonly event: 'resync'; readonly data: Complete<Schemas['EventOfResync']> }
  | { readonly event: 'beat'; readonly data: Complete<Schemas['EventOfBeat']> }

/**
 * Events that are sent together. `place` is the place of a reader who has read them all; null if
 * the place is unchanged.
 */
export interface TopicNews {
  readonly events: readonly TopicEvent[]
  readonly place: readonly [name: string, place: string] | null
}

/** Returns a beat, which shows that the stream is alive. */
export function beat(): TopicEvent {
  return { event: 'beat', data: { server_time: formatInstant(now()) } }
}

/** Yields a beat at once, and then regularly: scripts cannot see comments of event streams. */
export async function* beats(signal: AbortSignal, everyMs = silenceMs): AsyncGenerator<TopicNews> {
  const waking = new Signal(signal)
  try {
    while (!signal.aborted) {
      yield { events: [beat()], place: null }
      await waking.raised(everyMs)
    }
  } finally {
    waking.close()
  }
}
