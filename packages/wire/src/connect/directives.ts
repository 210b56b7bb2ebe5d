import { setTimeout as sleep } from 'node:timers/promises'
import type { Directive, Log, WantedSnapshot } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import type { Calls } from '../protocol.ts'

const pauseMs = 1_000
/** Exceeds the validity of a shell's ticket. */
const ticketMs = 120_000

type Request = Calls['directives']['request']
type Asked = Calls['directives']['answer']
/** Waits for events that are not yet known. */
type Poll = (known: Required<Omit<Request, 'waitMs'>>, signal: AbortSignal) => Promise<Asked>
type Listener<T> = (asked: T) => void

/** Polls for directives, requested shells and wanted snapshots while there are listeners. */
export class Directives {
  readonly #poll: Poll
  readonly #log: Log
  readonly #listeners = new Set<Listener<Directive>>()
  readonly #shellListeners = new Set<Listener<string>>()
  readonly #givers = new Set<Listener<WantedSnapshot>>()
  /** The directives passed to the listeners, by job. */
  readonly #heard = new Map<string, Directive>()
  /** The time at which each ticket was received. */
  readonly #tickets = new Map<string, number>()
  /** The received wanted snapshots, by their ids. */
  #wanted = new Map<string, WantedSnapshot>()
  #polling: AbortController | null = null

  constructor(poll: Poll, log: Log) {
    this.#poll = poll
    this.#log = log
  }

  /** Calls the listener for each directive, until the returned function is called. */
  on(listener: Listener<Directive>): () => void {
    return this.#listen(this.#listeners, listener)
  }

  /** Calls the listener with the ticket of each shell, once, until the returned function is called. */
  onShell(listener: Listener<string>): () => void {
    return this.#listen(this.#shellListeners, listener)
  }

  /** Calls the listener for each wanted snapshot, until the returned function is called. */
  onWanted(listener: Listener<WantedSnapshot>): () => void {
    return this.#listen(this.#givers, listener)
  }

  /** Forgets the directive of a job that is no longer held. */
  forget(jobId: string): void {
    this.#heard.delete(jobId)
  }

  /**
   * Replaces the wanted snapshots with the current list and notifies the listeners. The list omits
   * snapshots that the server already has.
   */
  wants(all: readonly WantedSnapshot[]): void {
    this.#wanted = new Map()
    for (const wanted of all) this.#want(wanted)
  }

  #listen<T>(listeners: Set<Listener<T>>, listener: Listener<T>): () => void {
    listeners.add(listener)
    if (this.#polling === null) {
      this.#polling = new AbortController()
      void this.#pollUntil(this.#polling.signal)
    }
    return () => {
      listeners.delete(listener)
      if (this.#listeners.size + this.#shellListeners.size + this.#givers.size > 0) return
      this.#polling?.abort()
      this.#polling = null
    }
  }

  async #pollUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for (const [ticket, at] of this.#tickets) if (now() - at > ticketMs) this.#tickets.delete(ticket)
        const heard = {
          known: [...this.#heard.values()],
          shells: [...this.#tickets.keys()],
          exports: [...this.#wanted.keys()],
        }
        const { directives, shells = [], exports = [] } = await this.#poll(heard, signal)
        for (const directive of directives) this.#tell(directive)
        for (const ticket of shells) this.#tellShell(ticket)
        for (const wanted of exports) this.#want(wanted)
      } catch (error) {
        // `renew` repeats everything, so a failed poll only costs time.
        if (signal.aborted) return
        this.#log('warn', 'could not poll for directives', error)
        await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  #tell(directive: Directive): void {
    this.#heard.set(directive.jobId, directive)
    for (const listener of this.#listeners) listener(directive)
  }

  #tellShell(ticket: string): void {
    if (this.#tickets.has(ticket)) return
    this.#tickets.set(ticket, now())
    for (const listener of this.#shellListeners) listener(ticket)
  }

  #want(wanted: WantedSnapshot): void {
    this.#wanted.set(wanted.snapshot, wanted)
    for (const listener of this.#givers) listener(wanted)
  }
}
