import { setTimeout as sleep } from 'node:timers/promises'
import { type Conversation, untilAffordable } from '@harmont/sandbox'
import { Transfers } from '../artifacts/transfers.ts'
import type { LayerTraffic } from '../layers/layer.ts'
import type { ForkWork, LeasedJob } from '../port.ts'
import type { LiveSnapshots, RunnerRoom } from '../store.ts'
import { type Collected, collect } from './collect.ts'
import { Discards } from './discards.ts'
import { Abandoned, HeldLease } from './held-lease.ts'
import { InHand } from './in-hand.ts'
import type { RunnerParts } from './job-context.ts'
import type { LayerPublisher } from './layers/layer-publisher.ts'
import { Lineage } from './lineage.ts'
import { defaultRunnerSettings, type RunnerOptions } from './options.ts'
import { Prover } from './probes/prover.ts'
import { type ForkOutcome, runFork } from './probes/run-fork.ts'
import { Renewals } from './renewals.ts'
import { persist } from './retry.ts'
import { resumeJob, runJob } from './run-job.ts'
import { sandboxId } from './sandbox-note.ts'
import type { ShellRequest, ShellWork } from './shells/open-shell.ts'
import { Shells } from './shells/shells.ts'
import { SourceTrees } from './source/source-trees.ts'

export interface Runner {
  /**
   * Adopts the work of an earlier process, then requests jobs. Resolves once no remains of the
   * earlier process can be mistaken for new ones.
   */
  start(): Promise<void>
  /** Takes no new work, waits at most this long for all jobs to end, then stops. */
  drain(withinMs: number): Promise<void>
  /** Stops at once. Commands continue, and a later process adopts them. */
  stop(): Promise<void>
  /**
   * Removes unused data from this machine. `liveSnapshots` returns the snapshots that builds need;
   * `cacheBytes` limits the cache and defaults to the configured size.
   */
  collect(liveSnapshots: () => Promise<LiveSnapshots>, cacheBytes?: number): Promise<Collected>
  /** Reruns a step's command; see `runFork`. The runner need not be started. */
  runFork(work: ForkWork, signal: AbortSignal): Promise<ForkOutcome>
  /**
   * Opens a shell in a step's file system; see `startShell`. The shell ends when the runner stops.
   */
  openShell(work: ShellWork, request: Pick<ShellRequest, 'script' | 'size'>): Promise<Conversation>
}

/** Maximum number of sandboxes per slot that are being removed while the next jobs run. */
const discardsPerSlot = 8
const pauseAfterFailureMs = 1_000
const longestStopMs = 5_000

/** Makes a runner that is not started yet. */
export function createRunner(options: RunnerOptions): Runner {
  return new LocalRunner(options)
}

class LocalRunner implements Runner {
  readonly #options: RunnerOptions
  #parts: RunnerParts
  readonly #renewals: Renewals
  readonly #discards: Discards
  readonly #shells: Shells
  /** Null if proofs are off. */
  readonly #prover: Prover | null
  /** Null if layers do not travel, and before the start. */
  #publisher: LayerPublisher | null = null
  /** Leases by sandbox id. */
  readonly #held = new Map<string, HeldLease>()
  /** Sandboxes whose command has not ended. */
  readonly #busy = new Set<string>()
  readonly #jobs = new Set<Promise<void>>()
  /** Aborts when the runner may take no more work. */
  readonly #closing = new AbortController()
  #leasing: Promise<void> = Promise.resolve()
  #freed = Promise.withResolvers<void>()

  constructor(options: RunnerOptions) {
    this.#options = options
    const settings = { ...defaultRunnerSettings, ...options.settings }
    this.#discards = new Discards(options.log)
    this.#renewals = new Renewals({
      runner: options.id,
      port: options.port,
      everyMs: settings.renewEveryMs,
      report: async () => ({ traffic: await this.#traffic(), room: await this.#room() }),
      held: this.#held,
      onUnknown: () => this.#recover(),
      log: options.log,
    })
    const inHand = new InHand()
    this.#parts = {
      inHand,
      transfers: new Transfers(),
      sources: new SourceTrees(options.sourceDirectory, inHand),
      options,
      settings,
      renewSoon: () => this.#renewals.soon(),
      discard: (sandbox) => this.#discards.add(sandbox),
      lineage: new Lineage(options.driver.snapshots),
      taker: null,
    }
    this.#shells = new Shells(this.#parts, settings.shells)
    const { probes } = options.port
    const freeSlots = () => options.slots - this.#busy.size
    this.#prover = probes && new Prover({ parts: this.#parts, port: probes, freeSlots, closing: this.#closing.signal })
  }

  async start(): Promise<void> {
    await this.#letLayersTravel()
    await this.#recover({ clear: true })
    this.#renewals.start()
    this.#leasing = this.#lease()
    this.#prover?.start()
  }

  async drain(withinMs: number): Promise<void> {
    this.#closing.abort(new Abandoned('the runner is draining and takes no new work'))
    await within(withinMs, this.#allEnded())
    await this.stop()
  }

  async stop(): Promise<void> {
    this.#closing.abort(new Abandoned('the runner has stopped'))
    await Promise.all([this.#renewals.stop(), within(longestStopMs, Promise.resolve(this.#publisher?.stop()))])
    for (const lease of this.#held.values()) lease.abandon()
    // A longer task, such as an image pull, may be interrupted at any moment.
    await within(longestStopMs, Promise.all([this.#allEnded(), this.#discards.stop(), this.#shells.close()]))
  }

  collect(liveSnapshots: () => Promise<LiveSnapshots>, cacheBytes?: number): Promise<Collected> {
    return collect(this.#parts, liveSnapshots, cacheBytes)
  }

  runFork(work: ForkWork, signal: AbortSignal): Promise<ForkOutcome> {
    return runFork(this.#parts, work, signal)
  }

  openShell(work: ShellWork, request: Pick<ShellRequest, 'script' | 'size'>): Promise<Conversation> {
    return this.#shells.open(work, request)
  }

  /** Returns the layers that this runner exchanges; undefined if layers do not travel. */
  async #traffic(): Promise<LayerTraffic | undefined> {
    const { port, driver } = this.#options
    if (port.layers === null || driver.exchange === undefined) return undefined
    return { forms: driver.exchange.forms, host: await driver.exchange.hostDigest() }
  }

  /**
   * Returns the free space for display, or undefined on an error, which does not stop the leases.
   */
  async #room(): Promise<RunnerRoom | undefined> {
    const { disk, driver } = this.#options
    const { freeBytes, sizeBytes } = disk.room
    const snapshots = await driver.snapshots.count().catch(() => undefined)
    return snapshots === undefined ? undefined : { freeBytes, sizeBytes, snapshots }
  }

  async #letLayersTravel(): Promise<void> {
    const { port, driver, sourceDirectory, log } = this.#options
    if (port.layers === null || driver.exchange === undefined) return
    const { LayerPublisher, LayerTaker } = await import('./layers/index.ts')
    const { inHand } = this.#parts
    this.#parts = { ...this.#parts, taker: new LayerTaker(port.layers, driver.exchange, sourceDirectory) }
    this.#publisher = new LayerPublisher({ port: port.layers, exchange: driver.exchange, inHand, log })
    this.#publisher.start()
  }

  async #allEnded(): Promise<void> {
    await this.#leasing
    await Promise.all([...this.#jobs, this.#prover?.ended()])
  }

  async #lease(): Promise<void> {
    const { port, id, disk, log } = this.#options
    const { signal } = this.#closing
    const { leaseWaitMs: waitMs } = this.#parts.settings
    while (!signal.aborted) {
      const slots = await this.#freeSlots(signal)
      if (slots === 0) return
      try {
        await disk.hasRoom(signal)
        const wanted = AbortSignal.any([signal, disk.untilFull])
        const traffic = await this.#traffic()
        const jobs = await port.lease({ runner: id, slots, waitMs, signal: wanted, ...(traffic && { traffic }) })
        for (const job of jobs) this.#begin(job)
      } catch (error) {
        if (signal.aborted) return
        log('warn', 'could not request work', error)
        await sleep(pauseAfterFailureMs, undefined, { signal }).catch(() => undefined) // stopped
      }
    }
  }

  /**
   * Waits for a free slot and returns the number of free slots. Returns 0 when the runner may take
   * no more work.
   */
  async #freeSlots(signal: AbortSignal): Promise<number> {
    const { slots } = this.#options
    const wake = () => this.#freed.resolve()
    signal.addEventListener('abort', wake)
    try {
      while (!signal.aborted) {
        if (this.#discards.count > discardsPerSlot * slots) await this.#discards.next()
        else if (this.#busy.size < slots) return slots - this.#busy.size
        else {
          this.#freed = Promise.withResolvers()
          await this.#freed.promise
        }
      }
      return 0
    } finally {
      signal.removeEventListener('abort', wake)
    }
  }

  #begin(job: LeasedJob, run = (lease: HeldLease, vacate: () => void) => runJob(this.#parts, lease, vacate)): void {
    const id = sandboxId(job)
    if (this.#held.has(id)) return
    const lease = new HeldLease(job)
    this.#held.set(id, lease)
    this.#busy.add(id)
    this.#prover?.makeRoom()
    const vacate = () => {
      this.#busy.delete(id)
      this.#freed.resolve()
    }
    const ended = run(lease, vacate).finally(() => {
      this.#held.delete(id)
      this.#jobs.delete(ended)
      vacate()
    })
    this.#jobs.add(ended)
    if (this.#closing.signal.aborted) lease.abandon()
  }

  /**
   * Continues with unknown leases of this runner: those of an earlier process, and those whose
   * grant did not arrive. `clear` destroys sandboxes without a lease before the runner takes work.
   */
  async #recover({ clear = false } = {}): Promise<void> {
    const { port, driver, id, log } = this.#options
    const { signal } = this.#closing
    const jobs = await persist(() => port.reclaim(id), {
      signal,
      giveUpMs: Number.POSITIVE_INFINITY,
      onFailure: (error) => log('warn', 'could not list earlier leases', error),
    })
    const handles = new Map((await untilAffordable(() => driver.list(), signal)).map((handle) => [handle.id, handle]))
    for (const job of jobs) {
      const handle = handles.get(sandboxId(job))
      handles.delete(sandboxId(job))
      this.#begin(job, (lease, vacate) => resumeJob(this.#parts, lease, vacate, handle))
    }
    if (jobs.length > 0) this.#renewals.soon()
    if (!clear) return
    await this.#prover?.release()
    for (const handle of handles.values()) {
      try {
        const sandbox = await driver.adopt(handle)
        if (sandbox) this.#discards.add(sandbox)
      } catch (error) {
        log('error', `could not destroy sandbox ${handle.id}, which has no lease`, error)
      }
    }
  }
}

/** Waits for a promise for at most this long. */
async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  try {
    await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
