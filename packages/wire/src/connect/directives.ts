import { setTimeout as sleep } from 'node:timers/promises'
import type { Directive, Log } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import type { Calls } from '../protocol.ts'

const pauseMs = 1_000
/** A ticket of a shell is valid for less. */
const ticketMs = 120_000

type Asked = Calls['directives']['answer']
/** Waits for what is not known yet. */
type Poll = (known: Pick<Calls['directives']['request'], 'known' | 'shells'>, signal: AbortSignal) => Promise<Asked>
type Listener = (directive: Directive) => void
type ShellListener = (ticket: string) => void

/** Polls for directives, and for shells that people ask for, as long as somebody listens. */
export class Directives {
  readonly #poll: Poll
  readonly #log: Log
  readonly #listeners = new Set<Listener>()
  readonly #shellListeners = new Set<ShellListener>()
  /** Those that the listeners have heard, by job. */
  readonly #heard = new Map<string, Directive>()
  /** When each ticket was heard. */
  readonly #tickets = new Map<string, number>()
  #polling: AbortController | null = null

  constructor(poll: Poll, log: Log) {
    this.#poll = poll
    this.#log = log
  }

  /** Calls the listener for each directive, until the returned function is called. */
  on(listener: Listener): () => void {
    return this.#listen(this.#listeners, listener)
  }

  /** Calls the listener with the ticket of each shell, once, until the returned function is called. */
  onShell(listener: ShellListener): () => void {
    return this.#listen(this.#shellListeners, listener)
  }

  /** Forgets what was heard of a job that is held no more. */
  forget(jobId: string): void {
    this.#heard.delete(jobId)
  }

  #listen<T>(listeners: Set<T>, listener: T): () => void {
    listeners.add(listener)
    if (this.#polling === null) {
      this.#polling = new AbortController()
      void this.#pollUntil(this.#polling.signal)
    }
    return () => {
      listeners.delete(listener)
      if (this.#listeners.size + this.#shellListeners.size > 0) return
      this.#polling?.abort()
      this.#polling = null
    }
  }

  async #pollUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for (const [ticket, at] of this.#tickets) if (now() - at > ticketMs) this.#tickets.delete(ticket)
        const heard = { known: [...this.#heard.values()], shells: [...this.#tickets.keys()] }
        const { directives, shells = [] } = await this.#poll(heard, signal)
        for (const directive of directives) this.#tell(directive)
        for (const ticket of shells) this.#tellShell(ticket)
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

  #tellShell(ticket: string): void {
    if (this.#tickets.has(ticket)) return
    this.#tickets.set(ticket, now())
    for (const listener of this.#shellListeners) listener(ticket)
  }
}
