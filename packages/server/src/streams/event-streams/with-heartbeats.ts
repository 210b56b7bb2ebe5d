import { Signal } from '../../platform/follow/signal.ts'
import { heartbeatFrame, silenceMs } from './frames.ts'

/**
 * Yields frames as they come, and a heartbeat after `everyMs` without one, also when the source
 * woke and told nothing. Asks for one frame ahead at most. The source must end when the reader of
 * this stops.
 */
export async function* withHeartbeats(
  frames: AsyncGenerator<string>,
  everyMs: number = silenceMs,
): AsyncGenerator<string> {
  // The source ends by its own signal, and wakes this then.
  const waking = new Signal(new AbortController().signal)
  const pull = () => {
    waking.clear()
    const next = frames.next()
    next.then(waking.raise, waking.raise)
    return next
  }
  try {
    for (let next = pull(); ; ) {
      if (await waking.raised(everyMs)) {
        const { done, value } = await next
        if (done === true) return
        yield value
        next = pull()
      } else yield heartbeatFrame
    }
  } finally {
    // Not awaited: a source in the middle of something ends after it.
    void frames.return(undefined).catch(() => {})
  }
}
