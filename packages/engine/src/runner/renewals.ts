import { now } from '@harmont/sandbox'
import { isNewestLease } from '../core/states.ts'
import type { Log } from '../log.ts'
import type { LeaseStatus, RunnerPort } from '../port.ts'
import type { RunnerReport } from '../store.ts'
import type { HeldLease } from './held-lease.ts'
import { sandboxId } from './sandbox-note.ts'

export interface RenewalsOptions {
  readonly runner: string
  readonly port: Pick<RunnerPort, 'renew' | 'onDirective'>
  readonly everyMs: number
  readonly report: () => Promise<RunnerReport>
  /** Leases by sandbox id, maintained by the runner. */
  readonly held: ReadonlyMap<string, HeldLease>
  /** Called for a lease that is unknown to this process. */
  readonly onUnknown: () => Promise<void>
  readonly log: Log
}

/** `soon` renews within this time, and at most this often. */
const soonMs = 1_000

/** Renews all leases of a runner in one call, and passes each its new expiry and its directive. */
export class Renewals {
  readonly #options: RenewalsOptions
  #timer: NodeJS.Timeout | undefined
  #dueAt = 0
  #renewing: Promise<void> | undefined
  #unsubscribe: (() => void) | undefined
  #stopped = false
  /** Unknown leases of the last answer. */
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

  /** Renews soon, at most once a second. */
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

  /** Returns the milliseconds until the next renewal; never rejects. */
  async #renew(): Promise<number> {
    const { port, runner, held, everyMs, report, log } = this.#options
    // The leases are copied first, because one granted meanwhile is not in the answer.
    const asked = [...held]
    try {
      const renewed = await port.renew(runner, await report())
      const statuses = new Map(renewed.map((status) => [sandboxId(status), status]))
      for (const [id, lease] of asked) {
        const status = statuses.get(id)
        // The same fencing number with another id means that the database has lost the lease of
        // this job.
        if (status && isNewestLease({ ...status, leaseId: status.leaseId ?? null }, lease.job)) lease.renewed(status)
        else lease.lose()
      }
      await this.#meetUnknown(statuses)
      return everyMs
    } catch (error) {
      log('warn', 'could not renew the leases', error)
      return Math.min(soonMs, everyMs)
    }
  }

  /**
   * Handles leases that are unknown in two answers in a row. A single answer may contain a job that
   * has just ended, or one whose lease is about to arrive.
   */
  async #meetUnknown(statuses: ReadonlyMap<string, LeaseStatus>): Promise<void> {
    const { held, onUnknown, log } = this.#options
    const unknown = [...statuses.keys()].filter((id) => !held.has(id))
    const lasting = unknown.filter((id) => this.#unknown.has(id))
    this.#unknown = new Set(unknown)
    if (lasting.length === 0) return
    log('warn', `taking over leases without a job here: ${lasting.join(', ')}`)
    await onUnknown()
  }
}
