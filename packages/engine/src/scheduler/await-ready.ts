import type { Instant } from '../core/model.ts'
import type { ChangeFeed } from '../store.ts'

/** A change that was missed costs this long, not for ever. */
const lookAgainMs = 2_000

/**
 * Gives what `take` finds: at once, or as soon as something has become ready, or when it is worth another look; nothing after `waitMs` or when the
 * signal aborts. `nextReadyAt` says when something will be ready by the clock alone.
 */
export async function awaitReady<T>(
  take: () => Promise<readonly T[]>,
  nextReadyAt: () => Promise<number | null>,
  changes: ChangeFeed,
  { waitMs, signal, now }: { readonly waitMs: number; readonly signal: AbortSignal; readonly now: () => Instant },
): Promise<readonly T[]> {
  const until = now() + waitMs
  let ready = Promise.withResolvers<void>()
  const wake = () => ready.resolve()
  const unsubscribe = changes.onReady(wake)
  signal.addEventListener('abort', wake)
  try {
    while (!signal.aborted) {
      // Before the look, so that what becomes ready during it is not missed.
      ready = Promise.withResolvers()
      const found = await take()
      const at = now()
      if (found.length > 0 || at >= until) return found
      const byClock = await nextReadyAt()
      if (signal.aborted) break
      const next = Math.min(until, at + lookAgainMs, byClock ?? Number.POSITIVE_INFINITY)
      const timer = setTimeout(wake, Math.max(0, next - now()))
      await ready.promise
      clearTimeout(timer)
    }
    return []
  } finally {
    unsubscribe()
    signal.removeEventListener('abort', wake)
  }
}
