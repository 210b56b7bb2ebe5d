import { now } from '@harmont/sandbox'
import type { LeasedJob, LeaseStatus } from '../port.ts'

export type StopReason = 'cancel' | 'timeout'

/** The lease is another's now, or the job has ended without us. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** This process ends; the command goes on for the next one. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned'
}

/** The job is to end before its command has started. */
export class StopAsked extends Error {
  override readonly name = 'StopAsked'
}

const leastMarginMs = 2_000
const mostMarginMs = 10_000

/**
 * When the watchdog ends a command whose lease lasts until `expiresAt`. It looks twice a second, and what it kills is to be gone before anybody else may have
 * the job, on a machine that is overloaded too: the longer the lease is, the longer before its end.
 */
export function watchdogDeadline(expiresAt: Date, at = now()): Date {
  const tenth = (expiresAt.getTime() - at) / 10
  return new Date(expiresAt.getTime() - Math.min(Math.max(tenth, leastMarginMs), mostMarginMs))
}

/** What this process knows of one lease, kept up to date by renewals and directives. */
export class HeldLease {
  readonly job: LeasedJob
  /** Aborts when the lease is lost, with `LeaseLost`, or this process ends, with `Abandoned`. */
  readonly signal: AbortSignal
  /** Resolves when the command is to be ended. */
  readonly stopAsked: Promise<StopReason>
  #expiresAt: Date
  #stop: StopReason | null = null
  readonly #end = new AbortController()
  readonly #askStop: (reason: StopReason) => void
  readonly #listeners = new Set<(expiresAt: Date) => void>()

  constructor(job: LeasedJob) {
    this.job = job
    this.signal = this.#end.signal
    this.#expiresAt = job.expiresAt
    const { promise, resolve } = Promise.withResolvers<StopReason>()
    this.stopAsked = promise
    this.#askStop = resolve
    if (job.stop !== null) this.stop(job.stop)
  }

  get expiresAt(): Date {
    return this.#expiresAt
  }

  /** Why the job is to end; null while it is not. */
  get stopReason(): StopReason | null {
    return this.#stop
  }

  /** Calls with each new expiry until the returned function is called. */
  onRenewed(listener: (expiresAt: Date) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  renewed({ expiresAt, stop }: LeaseStatus): void {
    this.#expiresAt = expiresAt
    for (const listener of this.#listeners) listener(expiresAt)
    if (stop !== null) this.stop(stop)
  }

  stop(reason: StopReason): void {
    this.#stop ??= reason
    this.#askStop(reason)
  }

  lose(): void {
    this.#end.abort(new LeaseLost(`the lease of job ${this.job.jobId} is lost`))
  }

  abandon(): void {
    this.#end.abort(new Abandoned(`leaving job ${this.job.jobId} to the next process`))
  }

  /** Gives what `work` gives, unless the job is to end first: then throws `StopAsked`, or the signal's reason, and does not wait for the work. */
  async whileWanted<T>(work: () => Promise<T>): Promise<T> {
    this.signal.throwIfAborted()
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    const onAbort = () => reject(this.signal.reason)
    this.signal.addEventListener('abort', onAbort)
    try {
      const stopped = this.stopAsked.then((reason) => {
        throw new StopAsked(`job ${this.job.jobId} must stop: ${reason}`)
      })
      return await Promise.race([stopped, work(), aborted])
    } finally {
      this.signal.removeEventListener('abort', onAbort)
    }
  }

  /** Resolves once the lease lasts for so long from now; at once when it does. Throws the signal's reason. */
  async lasts(ms: number): Promise<void> {
    this.signal.throwIfAborted()
    const lasts = (expiresAt: Date) => expiresAt.getTime() - now() >= ms
    if (lasts(this.#expiresAt)) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const unsubscribe = this.onRenewed((expiresAt) => {
      if (lasts(expiresAt)) resolve()
    })
    const onAbort = () => reject(this.signal.reason)
    this.signal.addEventListener('abort', onAbort)
    try {
      await promise
    } finally {
      unsubscribe()
      this.signal.removeEventListener('abort', onAbort)
    }
  }
}
