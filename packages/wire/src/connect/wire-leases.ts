import { randomUUID } from 'node:crypto'
import {
  type Directive,
  runnerFeatures as features,
  type LeasedJob,
  type LeaseStatus,
  type Log,
  type RunnerPort,
  type RunnerReport,
  type WantedSnapshot,
} from '@harmont/engine'
import { now } from '@harmont/sandbox'
import { jobFromWire, statusFromWire } from '../forms.ts'
import type { Peer } from '../peers/index.ts'
import type { Calls, FencedJob } from '../protocol.ts'
import type { Caller, CallTimes, Heard } from './caller.ts'
import { Directives } from './directives.ts'
import { durationsOf } from './server-clock.ts'

/** Requests work, renews leases, and receives directives. */
export class WireLeases {
  readonly #caller: Caller
  readonly #times: CallTimes
  readonly #peer: Peer | undefined
  readonly #directives: Directives
  /** Leases, by job, that this process received and has not reported as ended. */
  readonly #granted = new Map<string, FencedJob>()
  /** Whether the response to a request for work may have been lost. */
  #isUnsure = false

  constructor(caller: Caller, times: CallTimes, log: Log, peer?: Peer) {
    this.#caller = caller
    this.#peer = peer
    this.#times = times
    this.#directives = new Directives(async (heard, signal) => {
      const { pollMs: waitMs, tryMs } = times
      const patience = { tryMs: waitMs + tryMs, wholeMs: Number.POSITIVE_INFINITY, signal }
      return (await caller.call('directives', { waitMs, ...heard }, patience)).answer
    }, log)
  }

  async lease({ slots, waitMs, signal, traffic }: Parameters<RunnerPort['lease']>[0]): Promise<readonly LeasedJob[]> {
    const id = randomUUID()
    const wasUnsure = this.#isUnsure
    const until = now() + Math.min(waitMs, this.#times.pollMs)
    this.#isUnsure = true
    const body = (tries: number): Calls['lease']['request'] => {
      const again = wasUnsure || tries > 0
      const known = again ? [...this.#granted.values()] : []
      return { id, slots, waitMs: Math.max(0, until - now()), again, known, features, ...(traffic && { traffic }) }
    }
    const { tryMs, wholeMs, pollMs } = this.#times
    const patience = { tryMs: pollMs + tryMs, wholeMs: pollMs + wholeMs, signal }
    try {
      const heard = await this.#caller.send<Calls['lease']['answer']>('lease', body, patience)
      this.#isUnsure = false
      return this.#grant(heard)
    } catch (error) {
      if (signal.aborted) return []
      throw error
    }
  }

  async reclaim(): Promise<readonly LeasedJob[]> {
    return this.#grant(await this.#caller.call('reclaim', { features }))
  }

  async renew(report: RunnerReport = {}): Promise<readonly LeaseStatus[]> {
    const before = [...this.#granted.values()]
    const peer = this.#peer
    const { answer, exchange } = await this.#caller.call('renew', { ...report, ...(peer && { peer: peer.told }) })
    peer?.learn(answer.ticketKey ?? null, this.#caller.clock.aheadMs)
    const held = new Map(answer.leases.map((lease) => [lease.jobId, lease]))
    for (const lease of before) if (!isSame(held.get(lease.jobId), lease)) this.ended(lease)
    this.#directives.wants(answer.exports ?? [])
    return answer.leases.map((status) => statusFromWire(status, durationsOf(exchange)))
  }

  onDirective(listener: (directive: Directive) => void): () => void {
    return this.#directives.on(listener)
  }

  onShell(listener: (ticket: string) => void): () => void {
    return this.#directives.onShell(listener)
  }

  onWanted(listener: (wanted: WantedSnapshot) => void): () => void {
    return this.#directives.onWanted(listener)
  }

  /** Forgets an ended lease. */
  ended(lease: FencedJob): void {
    if (!isSame(this.#granted.get(lease.jobId), lease)) return
    this.#granted.delete(lease.jobId)
    this.#directives.forget(lease.jobId)
  }

  #grant({ answer, exchange }: Heard<Calls['lease']['answer']>): readonly LeasedJob[] {
    for (const { jobId, fence, leaseId = null } of answer.jobs) this.#granted.set(jobId, { jobId, fence, leaseId })
    return answer.jobs.map((job) => jobFromWire(job, durationsOf(exchange)))
  }
}

function isSame(one: FencedJob | undefined, other: FencedJob): boolean {
  return one?.fence === other.fence && (one.leaseId ?? null) === (other.leaseId ?? null)
}
