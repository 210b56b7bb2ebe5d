import { setTimeout as sleep } from 'node:timers/promises'

/** A check without a result within its time limit. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow'
}

/**
 * Returns the work's result if it arrives in time. Otherwise rejects with TooSlow and leaves the
 * work running.
 */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const ended = new AbortController()
  const limit = sleep(ms, undefined, { signal: ended.signal }).then(() => {
    throw new TooSlow(`no answer within ${ms / 1000} s`)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    ended.abort()
    // Nothing awaits the losing promise.
    for (const each of [work, limit]) each.catch(() => {})
  }
}
