import { setTimeout as sleep } from 'node:timers/promises'
import type { Directive, Log, WantedSnapshot } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import type { Calls } from '../protocol.ts'

const pauseMs = 1_000
/** A ticket of a shell is valid for less. */
const ticketMs = 120_000

type Request = Calls['directives']['request']
type Asked = Calls['directives']['answer']
/** Waits for what is not known yet. */
type Poll = (known: Required<Omit<Request, 'waitMs'>>, signal: AbortSignal) => Promise<Asked>
type Listener<T> = (asked: T) => void

/**
 * Polls for directives, shells that people ask for, and wanted snapshots, as long as somebody
 * listens.
 */
export class Directives {
  readonly #poll: Poll
  readonly #log: Log
  readonly #listeners = new Set<Listener<Directive>>()
  readonly #shellListeners = new Set<Listener<string>>()
  readonly #givers = new Set<Listener<WantedSnapshot>>()
  /** The directives that the listeners have heard, by job. */
  readonly #heard = new Map<string, Directive>()
  /** When each ticket was heard. */
  readonly #tickets = new Map<string, number>()
  /** The wanted snapshots that were heard of, by their ids. */
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

  /** Forgets what was heard of a job that is held no more. */
  forget(jobId: string): void {
    this.#heard.delete(jobId)
  }

  /** Tells all snapshots that are wanted now: the server forgets those that it has. */
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
        // `renew` repeats everything, so this costs time only.
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
