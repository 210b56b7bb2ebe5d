/** Runs proofs of red jobs in slots that no job uses. */
import { now } from '@harmont/sandbox'
import type { LeasedFork, ProbePort } from '../../port.ts'
import { type ForkEnd, resultsIn } from '../../probes/probe.ts'
import type { RunnerParts } from '../job-context.ts'
import { persist } from '../retry.ts'
import { type ForkOutcome, runFork } from './run-fork.ts'

interface ProverOptions {
  readonly parts: RunnerParts
  readonly port: ProbePort
  /** Number of slots without a job. */
  readonly freeSlots: () => number
  /** Aborts when the runner may take no more work. Then the runs are abandoned. */
  readonly closing: AbortSignal
}

export class Prover {
  readonly #options: ProverOptions
  /** The runs, oldest first, with the controller that abandons each. */
  readonly #runs = new Map<Promise<void>, AbortController>()
  #looking: Promise<void> = Promise.resolve()
  #wake: () => void = () => undefined

  constructor(options: ProverOptions) {
    this.#options = options
  }

  /** Releases the runs of an earlier process, whose sandboxes are destroyed. */
  async release(): Promise<void> {
    const { parts, port, closing: signal } = this.#options
    const { id, log } = parts.options
    await persist(() => port.release(id), {
      signal,
      giveUpMs: Number.POSITIVE_INFINITY,
      onFailure: (error) => log('warn', 'could not release earlier runs of proofs', error),
    })
  }

  start(): void {
    this.#looking = this.#look()
    this.#options.closing.addEventListener('abort', () => {
      this.makeRoom()
      this.#wake()
    })
  }

  /** Abandons the newest runs if jobs have left too few slots. */
  makeRoom(): void {
    const room = this.#room()
    for (const run of [...this.#runs.values()].slice(room)) run.abort()
  }

  /** Resolves when no run is left. */
  async ended(): Promise<void> {
    await this.#looking
    await Promise.all(this.#runs.keys())
  }

  #room(): number {
    return this.#options.closing.aborted ? 0 : Math.max(0, this.#options.freeSlots())
  }

  async #look(): Promise<void> {
    const { parts, port, closing } = this.#options
    const { id, disk, log } = parts.options
    while (!closing.aborted) {
      try {
        const hasRoom = this.#runs.size < this.#room() && disk.full === null
        const fork = hasRoom ? await port.take(id) : null
        if (fork === null) await this.#rest()
        else this.#begin(fork)
      } catch (error) {
        log('warn', 'could not request proofs', error)
        await this.#rest()
      }
    }
  }

  /** Waits until the next query is due, or a run has ended. */
  async #rest(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, this.#options.parts.settings.proveEveryMs)
    this.#wake = resolve
    if (this.#options.closing.aborted) resolve()
    await promise
    clearTimeout(timer)
  }

  #begin(fork: LeasedFork): void {
    const giveUp = new AbortController()
    const run = this.#run(fork, giveUp.signal).finally(() => {
      this.#runs.delete(run)
      this.#wake()
    })
    this.#runs.set(run, giveUp)
    // A job may have taken the slot meanwhile.
    this.makeRoom()
  }

  /** Never rejects, because the lease of an unreported run expires. */
  async #run(fork: LeasedFork, giveUp: AbortSignal): Promise<void> {
    const { parts, port, closing } = this.#options
    const { log } = parts.options
    const { jobId, expiresAt } = fork.lease
    const expired = AbortSignal.timeout(Math.max(0, expiresAt - now()))
    const end = endOf(await runFork(parts, fork.work, AbortSignal.any([giveUp, expired])))
    try {
      if (closing.aborted) await port.end(fork.lease, end)
      else
        await persist(() => port.end(fork.lease, end), {
          signal: AbortSignal.any([closing, expired]),
          giveUpMs: parts.settings.giveUpMs,
          onFailure: (error) => log('warn', `job ${jobId}: could not report a run of its proof; retrying`, error),
        })
    } catch (error) {
      log('warn', `job ${jobId}: could not report a run of its proof`, error)
    }
  }
}

function endOf(outcome: ForkOutcome): ForkEnd {
  if (outcome.kind !== 'ran') return { kind: outcome.kind }
  const { kind, startedAt, endedAt, exitCode, log } = outcome
  const results = resultsIn(outcome)
  return { kind, startedAt: startedAt.getTime(), endedAt: endedAt.getTime(), exitCode, results, log }
}
