import {
  type HeldFork,
  type LayerPort,
  type LeasedFork,
  type LeasedJob,
  type LeaseRef,
  NotWanted,
  type RunnerPort,
  type ShellWork,
  type Store,
} from '@harmont/engine'
import type { WireVersion } from '../protocol.ts'
import type { Grants } from './grants.ts'
import type { Holders } from './holders.ts'
import type { InOrder } from './in-order.ts'
import { Refused } from './refused.ts'

/** The shells that people request from one runner. */
export interface RunnerShells {
  /** Returns the tickets for which it has not dialled. */
  asked(): Promise<readonly string[]>
  /** Calls the listener for each new one. Returns the unsubscriber. */
  onAsked(listener: () => void): () => void
  /** Returns the inputs of a ticket's shell; null unless this runner is opening it. */
  work(ticket: string): Promise<ShellWork | null>
  /** Whether it is opening a shell in this build. */
  isOpening(buildId: string): Promise<boolean>
}

/** The state shared by all requests to a server. */
export interface Shared {
  /** The source of the runners' leases and proof runs. */
  readonly store: Pick<Store, 'leases' | 'builds' | 'probes' | 'layers' | 'now'>
  readonly holders: Holders
  readonly jobs: Grants<LeasedJob>
  readonly forks: Grants<LeasedFork>
  readonly order: InOrder
}

/** The data of a request, and the dependencies for its response. */
interface Sent {
  /** The version that the runner speaks. */
  readonly version: WireVersion
  readonly runner: string
  readonly port: RunnerPort
  readonly shells: RunnerShells
  readonly shared: Shared
  /** Aborts when the runner disconnects, or the server closes. */
  readonly signal: AbortSignal
  /** See `wireHeaders.turn`. */
  readonly turn: string
}

/** One request of a runner. Refuses actions under a lease that this runner does not hold. */
export class CallContext {
  readonly version: WireVersion
  readonly runner: string
  readonly port: RunnerPort
  readonly shells: RunnerShells
  readonly shared: Shared
  readonly signal: AbortSignal
  readonly turn: string

  constructor({ version, runner, port, shells, shared, signal, turn }: Sent) {
    this.version = version
    this.runner = runner
    this.port = port
    this.shells = shells
    this.shared = shared
    this.signal = signal
    this.turn = turn
  }

  /** Does the work if the lease was given to this runner; otherwise returns `lost`. */
  async ifHeld<T>(lease: LeaseRef, lost: T, work: () => Promise<T>): Promise<T> {
    return (await this.shared.holders.holds(this.runner, lease)) ? work() : lost
  }

  /**
   * Like `ifHeld`, for work that must not overtake an earlier request of this kind under the lease.
   */
  inTurn<T>(lease: LeaseRef, kind: string, lost: T, work: () => Promise<T>, turn = this.turn): Promise<T> {
    const line = `${lease.jobId} ${lease.fence} ${lease.leaseId ?? ''} ${kind}`
    return this.ifHeld(lease, lost, () => this.shared.order.run(line, turn, work))
  }

  /**
   * Like `ifHeld`, for a run of a proof. The work receives the time at which the runner took it.
   */
  async ifForkHeld<T>(run: HeldFork, lost: T, work: (takenAt: number) => Promise<T>): Promise<T> {
    const { jobId, buildId, fork } = run
    const all = (await this.shared.store.probes?.of(this.runner)) ?? []
    const own = all.find((one) => one.jobId === jobId && one.buildId === buildId && one.fork === fork)
    return own === undefined ? lost : work(own.takenAt)
  }

  /**
   * Sends or receives layers. Refuses layers that the server does not want, or that the runner may
   * not have.
   */
  async exchange<T>(work: (layers: LayerPort) => Promise<T>): Promise<T> {
    const { layers } = this.port
    try {
      if (layers === null) throw new NotWanted('This server does not transfer layers.')
      return await work(layers)
    } catch (error) {
      if (error instanceof NotWanted) throw new Refused(403, 'not_wanted', error.message)
      throw error
    }
  }

  /** Refuses a runner that currently has no work of this build. */
  async requireBuild(buildId: string): Promise<void> {
    const { store } = this.shared
    const isOf = (held: { readonly buildId: string }) => held.buildId === buildId
    if ((await store.leases.of(this.runner)).some(isOf)) return
    if ((await store.probes?.of(this.runner))?.some(isOf)) return
    if (await this.shells.isOpening(buildId)) return
    throw new Refused(403, 'not_held', 'The runner holds no job of this build.')
  }

  /**
   * Limits a reported instant to the time between the lease and now, because the reporter may lie.
   */
  async instant({ jobId, buildId }: LeaseRef, at: number): Promise<Date> {
    const { builds, now } = this.shared.store
    const { jobs = [], render = null } = (await builds.known(buildId))?.build ?? {}
    const job = jobId === render?.id ? render : jobs.find(({ id }) => id === jobId)
    return new Date(Math.min(Math.max(at, job?.assignedAt ?? at), now()))
  }
}
