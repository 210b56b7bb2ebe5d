import type { Log } from '../log.ts'
import { renewalBreakMs, type Store } from '../store.ts'

/** A few notes may fail before the gap counts as a break. */
const everyMs = renewalBreakMs / 5

/** Notes periodically that this process takes renewals, for schedulers in other processes. */
export class RenewalNotes {
  readonly #store: Pick<Store, 'leases' | 'now'>
  readonly #log: Log
  #timer: NodeJS.Timeout | undefined
  #noting: Promise<void> | undefined
  #stopped = false
  #isFailing = false

  constructor(store: Pick<Store, 'leases' | 'now'>, log: Log) {
    this.#store = store
    this.#log = log
  }

  /** Resolves once the first note is written. */
  async start(): Promise<void> {
    await this.#note()
    if (this.#stopped) return
    this.#timer = setTimeout(() => {
      this.#noting = this.start()
    }, everyMs)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#noting
  }

  async #note(): Promise<void> {
    try {
      await this.#store.leases.noteRenewable(this.#store.now())
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) this.#log('warn', 'could not note that renewals are taken', error)
      this.#isFailing = true
    }
  }
}
