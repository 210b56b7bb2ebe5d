import { setTimeout as sleep } from 'node:timers/promises'
import type { Sandbox } from '@harmont/sandbox'
import type { Log } from '../log.ts'

const tries = 3
const pauseMs = 1_000
const againMs = 60_000

/** Destroys sandboxes in the background. */
export class Discards {
  readonly #log: Log
  readonly #againMs: number
  readonly #pending = new Set<Promise<void>>()
  readonly #stopping = new AbortController()

  constructor(log: Log, again = againMs) {
    this.#log = log
    this.#againMs = again
  }

  /**
   * Number of sandboxes that are being removed. Does not count a sandbox that cannot be removed, so
   * that it does not stop the runner.
   */
  get count(): number {
    return this.#pending.size
  }

  add(sandbox: Sandbox): void {
    const pending = this.#destroy(sandbox).finally(() => this.#pending.delete(pending))
    this.#pending.add(pending)
  }

  /** Resolves when one of them is removed, or immediately if there is none. */
  async next(): Promise<void> {
    if (this.#pending.size > 0) await Promise.race(this.#pending)
  }

  /**
   * Waits for the current removals and stops retrying failed ones. The next start destroys the
   * remaining sandboxes.
   */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#pending)
  }

  async #destroy(sandbox: Sandbox): Promise<void> {
    for (let left = tries; left > 0; left--) {
      if (await this.#isDestroyed(sandbox)) return
      if (left > 1) await sleep(pauseMs)
    }
    void this.#withstands(sandbox)
  }

  async #withstands(sandbox: Sandbox): Promise<void> {
    const { signal } = this.#stopping
    do {
      const isOver = await sleep(this.#againMs, false, { signal, ref: false }).catch(() => true) // stopped
      if (isOver) return
    } while (!(await this.#isDestroyed(sandbox)))
  }

  async #isDestroyed(sandbox: Sandbox): Promise<boolean> {
    try {
      await sandbox.destroy()
      return true
    } catch (error) {
      this.#log('error', `could not destroy sandbox ${sandbox.handle.id}`, error)
      return false
    }
  }
}
