import { setTimeout as sleep } from 'node:timers/promises'
import { lookAgainMs, Signal } from './signal.ts'

export interface Followed<T> {
  /** Calls `wake` at each change. Returns the unsubscriber. */
  subscribe(wake: () => void): () => void
  /**
   * Returns the news since the last call; null: none. Calls `wake` if there is more than it
   * returns.
   */
  read(wake: () => void): Promise<T | null>
  /** Returns whether this reading is the last. */
  isDone(found: T): boolean
  /** The minimum time between the starts of two readings. */
  readonly restMs: number
  readonly signal: AbortSignal
}

/**
 * Yields the news after each change, until the last reading or until `signal` is aborted. Reading
 * is driven by the consumer, so nothing is buffered for a slow one. A change during a reading
 * causes one more reading.
 */
export async function* follow<T>({ subscribe, read, isDone, restMs, signal }: Followed<T>): AsyncGenerator<T> {
  const changed = new Signal(signal)
  const unsubscribe = subscribe(changed.raise)
  try {
    while (!signal.aborted) {
      changed.clear()
      const readAt = performance.now()
      const found = await read(changed.raise)
      if (found !== null) {
        yield found
        if (isDone(found)) return
      }
      if (await changed.raised(lookAgainMs)) await rest(readAt + restMs - performance.now(), signal)
    }
  } finally {
    unsubscribe()
    changed.close()
  }
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => {}) // aborted: the caller sees it
}
