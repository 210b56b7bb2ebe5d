import { now } from '@harmont/sandbox'
import type { Log } from '../log.ts'
import type { LeaseStatus, RunnerPort } from '../port.ts'
import type { HeldLease } from './held-lease.ts'
import { sandboxId } from './sandbox-note.ts'

export interface RenewalsOptions {
  readonly runner: string
  readonly port: RunnerPort
  readonly everyMs: number
  /** By sandbox id; kept by the runner. */
  readonly held: ReadonlyMap<string, HeldLease>
  /** There is a lease that we do not know of. */
  readonly onUnknown: () => Promise<void>
  readonly log: Log
}

/** `soon` means within this time, and no oftener. */
const soonMs = 1_000

/** Keeps the leases of a runner: renews all in one call, and tells each what was answered and what is asked of it. */
export class Renewals {
  readonly #options: RenewalsOptions
  #timer: NodeJS.Timeout | undefined
  #dueAt = 0
  #renewing: Promise<void> | undefined
  #unsubscribe: (() => void) | undefined
  #stopped = false
  /** Leases that the last answer named and we did not have. */
  #unknown: ReadonlySet<string> = new Set()

  constructor(options: RenewalsOptions) {
    this.#options = options
  }

  start(): void {
    const { port, held } = this.#options
    this.#unsubscribe = port.onDirective((directive) => held.get(sandboxId(directive))?.stop(directive.stop))
    this.#in(0)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#unsubscribe?.()
    await this.#renewing
  }

  /** Renews before long, at most once a second. */
  soon(): void {
    if (this.#renewing === undefined && this.#dueAt > now() + soonMs) this.#in(soonMs)
  }

  #in(ms: number): void {
    if (this.#stopped) return
    clearTimeout(this.#timer)
    this.#dueAt = now() + ms
    this.#timer = setTimeout(() => {
      this.#renewing = this.#renew().then((nextMs) => {
        this.#renewing = undefined
        this.#in(nextMs)
      })
    }, ms)
  }

  /** Gives when to renew again; never rejects. */
  async #renew(): Promise<number> {
    const { port, runner, held, everyMs, log } = this.#options
    // One that is leased while the answer is on its way would not be in it.
    const asked = [...held]
    try {
      const statuses = new Map((await port.renew(runner)).map((status) => [sandboxId(status), status]))
      for (const [id, lease] of asked) {
        const status = statuses.get(id)
        if (status) lease.renewed(status)
        else lease.lose()
      }
      await this.#meetUnknown(statuses)
      return everyMs
    } catch (error) {
      log('warn', 'could not renew the leases', error)
      return Math.min(soonMs, everyMs)
    }
  }

  /** Twice in a row: once may be a job that has just ended, or that is on its way to us. */
  async #meetUnknown(statuses: ReadonlyMap<string, LeaseStatus>): Promise<void> {
    const { held, onUnknown, log } = this.#options
    const unknown = [...statuses.keys()].filter((id) => !held.has(id))
    const lasting = unknown.filter((id) => this.#unknown.has(id))
    this.#unknown = new Set(unknown)
    if (lasting.length === 0) return
    log('warn', `taking over leases that have no job here: ${lasting.join(', ')}`)
    await onUnknown()
  }
}
