import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

const codes: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'])
const unknownReason = -4094
const restMs = 200
/** Minimum time between two warnings, in ms. */
const silenceMs = 60_000
let saidAt = Number.NEGATIVE_INFINITY

/**
 * Returns whether an error was caused by a lack of file descriptors, processes or memory. Such an
 * error says nothing about the operation's subject.
 */
export function isScarcity(error: unknown): boolean {
  for (let next = error; next instanceof Error; next = next.cause) {
    const { code, syscall, errno }: NodeJS.ErrnoException = next
    // Node.js reports an unknown reason when it cannot open a directory to remove.
    if (codes.has(code) || (syscall === 'rm' && errno === unknownReason)) return true
  }
  return false
}

/**
 * Repeats idempotent work while it fails for lack of resources, with pauses. Warns on stderr at
 * most once a minute. Throws the signal's reason when it aborts; for a timeout, throws the last
 * failure instead.
 */
export async function untilAffordable<T>(work: () => T | Promise<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isScarcity(error)) throw error
      warn(error)
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

/** Warns about the reason for the delay. */
function warn(failure: unknown): void {
  const at = performance.now()
  if (at - saidAt < silenceMs) return
  saidAt = at
  process.emitWarning(`waiting until this machine has descriptors, processes and memory again: ${failure}`, 'Scarcity')
}
