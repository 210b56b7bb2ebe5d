import { setTimeout as sleep } from 'node:timers/promises'
import type { Sandbox } from '@harmont/sandbox'
import type { Log } from './options.ts'

const tries = 3
const pauseMs = 1_000

/** Sandboxes that are being destroyed while nobody waits. */
export class Discards {
  readonly #log: Log
  readonly #pending = new Set<Promise<void>>()

  constructor(log: Log) {
    this.#log = log
  }

  get count(): number {
    return this.#pending.size
  }

  add(sandbox: Sandbox): void {
    const pending = this.#destroy(sandbox).finally(() => this.#pending.delete(pending))
    this.#pending.add(pending)
  }

  /** Resolves when one of them is gone; at once when there is none. */
  async next(): Promise<void> {
    if (this.#pending.size > 0) await Promise.race(this.#pending)
  }

  async settled(): Promise<void> {
    await Promise.all(this.#pending)
  }

  /** One that withstands is left to the next start, which destroys what has no lease. */
  async #destroy(sandbox: Sandbox): Promise<void> {
    for (let left = tries; left > 0; left--) {
      try {
        await sandbox.destroy()
        return
      } catch (error) {
        this.#log('error', `sandbox ${sandbox.handle.id} cannot be destroyed`, error)
      }
      if (left > 1) await sleep(pauseMs)
    }
  }
}
