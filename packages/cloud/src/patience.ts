import { setTimeout as sleep } from 'node:timers/promises'
import { CloudError } from './cloud-error.ts'
import { backOff } from './retry-policy.ts'

/** How long following a build or a log tolerates a server that does not answer. */
export const followPatienceMs = 5 * 60_000

/**
 * Waits between failed tries, with growing delays. Gives up when no try has succeeded for too long.
 */
export class Patience {
  readonly #limitMs: number
  readonly #signal: AbortSignal | undefined
  #failures = 0
  #wellAt = performance.now()

  constructor(limitMs: number, signal: AbortSignal | undefined) {
    this.#limitMs = limitMs
    this.#signal = signal
  }

  wentWell(): void {
    this.#failures = 0
    this.#wellAt = performance.now()
  }

  /**
   * Waits after a temporary failure. Rethrows any other failure, and the last temporary one when
   * the time limit has passed.
   */
  async afterFailure(error: unknown): Promise<void> {
    this.#signal?.throwIfAborted()
    if (!(error instanceof CloudError) || !error.isPassing) throw error
    if (performance.now() - this.#wellAt >= this.#limitMs) throw error
    const delay = Math.max(backOff(this.#failures), Math.min(error.retryAfterMs ?? 0, 60_000))
    this.#failures += 1
    await pause(delay, this.#signal)
  }
}

/** Rejects with the signal's reason. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return sleep(ms)
  await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
}
