import { setTimeout as sleep } from 'node:timers/promises'

/** A check that gave no answer in its time. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow'
}

/**
 * What the work gives, if it does so in time; rejects with TooSlow otherwise, and leaves the work
 * alone.
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
    // Nobody waits any more for the one that lost.
    for (const each of [work, limit]) each.catch(() => {})
  }
}
