import { Signal } from '../../platform/follow/signal.ts'
import { heartbeatFrame, silenceMs } from './frames.ts'

/**
 * Yields frames as they arrive, and a heartbeat after `everyMs` without one, even if the source
 * woke without a frame. Requests at most one frame in advance. The source must end when the reader
 * of the result stops.
 */
export async function* withHeartbeats(
  frames: AsyncGenerator<string>,
  everyMs: number = silenceMs,
): AsyncGenerator<string> {
  // The source has a signal of its own, and wakes this loop when it ends.
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
    // Not awaited: a source in the middle of an operation ends after it.
    void frames.return(undefined).catch(() => {})
  }
}
