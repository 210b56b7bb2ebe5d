import { setTimeout as sleep } from 'node:timers/promises'
import type { Directive, Log } from '@harmont/engine'

const pauseMs = 1_000

/** Waits for directives that are not known yet. */
type Poll = (known: readonly Directive[], signal: AbortSignal) => Promise<readonly Directive[]>
type Listener = (directive: Directive) => void

/** Polls for directives as long as somebody listens. */
export class Directives {
  readonly #poll: Poll
  readonly #log: Log
  readonly #listeners = new Set<Listener>()
  /** Those that the listeners have heard, by job. */
  readonly #heard = new Map<string, Directive>()
  #polling: AbortController | null = null

  constructor(poll: Poll, log: Log) {
    this.#poll = poll
    this.#log = log
  }

  /** Calls the listener for each directive, until the returned function is called. */
  on(listener: Listener): () => void {
    this.#listeners.add(listener)
    if (this.#polling === null) {
      this.#polling = new AbortController()
      void this.#pollUntil(this.#polling.signal)
    }
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      this.#polling?.abort()
      this.#polling = null
    }
  }

  /** Forgets what was heard of a job that is held no more. */
  forget(jobId: string): void {
    this.#heard.delete(jobId)
  }

  async #pollUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const known = [...this.#heard.values()]
        for (const directive of await this.#poll(known, signal)) this.#tell(directive)
      } catch (error) {
        // `renew` repeats directives, so this costs time only.
        if (signal.aborted) return
        this.#log('warn', 'could not ask for directives', error)
        await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  #tell(directive: Directive): void {
    this.#heard.set(directive.jobId, directive)
    for (const listener of this.#listeners) listener(directive)
  }
}
