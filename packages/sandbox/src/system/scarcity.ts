import { setTimeout as sleep } from 'node:timers/promises'

const codes: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'])
const unknownReason = -4094
const restMs = 200

/** Returns whether something failed because there was no file descriptor, process or memory left just then: that tells nothing of what was looked at. */
export function isScarcity(error: unknown): boolean {
  for (let next = error; next instanceof Error; next = next.cause) {
    const { code, syscall, errno }: NodeJS.ErrnoException = next
    // Node.js names no reason, but an unknown one, when it cannot open a directory that it is to remove.
    if (codes.has(code) || (syscall === 'rm' && errno === unknownReason)) return true
  }
  return false
}

/**
 * Does what may be done twice, again after a rest as long as it fails for scarcity. Throws the signal's reason once it aborts; what it failed with last where that
 * is the end of a time.
 */
export async function untilAffordable<T>(work: () => T | Promise<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isScarcity(error)) throw error
      await rest(signal, error)
    }
  }
}

async function rest(signal: AbortSignal | undefined, failure: unknown): Promise<void> {
  try {
    await sleep(restMs, undefined, signal === undefined ? {} : { signal })
  } catch {
    const reason: unknown = signal?.reason
    throw reason instanceof DOMException && reason.name === 'TimeoutError' ? failure : reason
  }
}
