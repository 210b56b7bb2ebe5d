import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'

/**
 * Reads until the value is as wanted, and returns it. For things that do not announce changes:
 * files, processes, tables. After `timeoutMs`, which only cuts off what hangs, it throws with the
 * last value.
 */
export async function until<T>(
  read: () => Promise<T> | T,
  isIt: (value: T) => boolean = Boolean,
  { timeoutMs = 120_000, restMs = 50 } = {},
): Promise<T> {
  for (const deadline = Date.now() + timeoutMs; ; await sleep(restMs)) {
    const value = await read()
    if (isIt(value)) return value
    if (Date.now() > deadline)
      throw new Error(`not as wanted after ${timeoutMs / 1000} s: ${inspect(value, { depth: 3 })}`)
  }
}
