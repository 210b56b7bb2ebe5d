import { now } from '@harmont/sandbox'
import type { LeasedJob, LeaseStatus } from '../port.ts'
import { unlessAborted } from '../unless-aborted.ts'

export type StopReason = 'cancel' | 'timeout'

/** The lease belongs to another runner, or the job ended elsewhere. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** This process ends. The command continues, and the next process adopts it. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned'
}

/** The job must end before its command has started. */
export class StopAsked extends Error {
  override readonly name = 'StopAsked'
}

const leastMarginMs = 2_000
const mostMarginMs = 10_000

/**
 * Returns the instant at which the watchdog must end a command whose lease lasts until `expiresAt`.
 * The watchdog checks twice a second, and its kill must be complete before another runner may take
 * the job, even on an overloaded machine. So the margin grows with the duration of the lease.
 */
export function watchdogDeadline(expiresAt: Date, at = now()): Date {
  const tenth = (expiresAt.getTime() - at) / 10
  return new Date(expiresAt.getTime() - Math.min(Math.max(tenth, leastMarginMs), mostMarginMs))
}

/** State of one lease in this process, kept up to date by renewals and directives. */
export class HeldLease {
  readonly job: LeasedJob
  /**
   * Aborts with `LeaseLost` when the lease is lost, and with `Abandoned` when this process ends.
   */
  readonly signal: AbortSignal
  /** Resolves when the command must end. */
  readonly stopAsked: Promise<StopReason>
  #expiresAt: Date
  #stop: StopReason | null = null
  #ranOut = false
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

  /**
   * Whether the watchdog may have ended commands of this process because no renewal came in time.
   */
  get ranOut(): boolean {
    return this.#ranOut || watchdogDeadline(this.#expiresAt).getTime() <= now()
  }

  /** Reason why the job must end; null while it may continue. */
  get stopReason(): StopReason | null {
    return this.#stop
  }

  /** Calls the listener with each new expiry, until the returned function is called. */
  onRenewed(listener: (expiresAt: Date) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  renewed({ expiresAt, stop }: LeaseStatus): void {
    this.#ranOut = this.ranOut
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

  /**
   * Returns the result of `work`. Throws `StopAsked` or the signal's reason if the job must end
   * first, without waiting for the work.
   */
  async whileWanted<T>(work: () => Promise<T>): Promise<T> {
    this.signal.throwIfAborted()
    const stopped = this.stopAsked.then((reason) => {
      throw new StopAsked(`job ${this.job.jobId} must stop: ${reason}`)
    })
    return unlessAborted(Promise.race([stopped, work()]), this.signal)
  }

  /** Resolves once the lease lasts at least this much longer. Throws the signal's reason. */
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
