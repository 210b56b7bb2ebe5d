import type { Instant } from '../core/model.ts'
import type { ChangeFeed } from '../store.ts'

/** Delay that a missed change causes, in milliseconds. */
const lookAgainMs = 2_000

/**
 * Returns the result of `take`: immediately, when something becomes ready, or at the next poll.
 * Returns an empty list after `waitMs` or when the signal aborts. `nextReadyAt` returns the instant
 * after the given one at which something becomes ready without a change.
 */
export async function awaitReady<T>(
  take: () => Promise<readonly T[]>,
  nextReadyAt: (after: Instant) => Promise<number | null>,
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
      // Reset before the call, so that a change during the call is not missed.
      ready = Promise.withResolvers()
      // Read before the call too: what becomes ready during it would otherwise be missed by both.
      const lookedAt = now()
      const found = await take()
      const at = now()
      if (found.length > 0 || at >= until) return found
      const byClock = await nextReadyAt(lookedAt)
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
