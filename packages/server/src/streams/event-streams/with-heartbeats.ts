import { Signal } from '../../platform/follow/signal.ts'
import { heartbeatFrame, silenceMs } from './frames.ts'

/**
 * Gives frames as they come, and a heartbeat when none has gone out for as long as a reader may be left without a word. What wakes the source without having
 * it tell anything changes nothing of that. No more than the next frame is asked for ahead; the source is to end when whoever reads this stops.
 */
export async function* withHeartbeats(
  frames: AsyncGenerator<string>,
  everyMs: number = silenceMs,
): AsyncGenerator<string> {
  // The source ends by its own signal, and rings then.
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
    // Not waited for: one that is in the middle of something ends after it.
    void frames.return(undefined).catch(() => {})
  }
}
