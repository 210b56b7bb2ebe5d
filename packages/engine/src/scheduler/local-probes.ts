import type { Reach } from '../core/placement/reach.ts'
import type { Log } from '../log.ts'
import type { LeasedFork, ProbePort, SecretsAnswer } from '../port.ts'
import type { ForkEnd } from '../probes/probe.ts'
import { nextRun } from '../probes/proof.ts'
import type { Deal, SplitFile } from '../splits/deal.ts'
import type { FileSplit } from '../splits/split-store.ts'
import type { HeldFork, ProbeStore, Store } from '../store.ts'
import { forkWork } from './fork-work.ts'
import { loginOfBuild, type SecretsOwner, secretsOfBuild } from './secrets-of-build.ts'

interface LocalProbesOptions {
  readonly store: Pick<Store, 'builds' | 'splits' | 'now'>
  readonly secrets: SecretsOwner
  readonly log: Log
  readonly reach: Reach
}

/** Provides the runs of proofs to a runner in the same process. */
export class LocalProbes implements ProbePort {
  readonly #probes: ProbeStore
  readonly #options: LocalProbesOptions

  constructor(probes: ProbeStore, options: LocalProbesOptions) {
    this.#probes = probes
    this.#options = options
  }

  async take(runner: string): Promise<LeasedFork | null> {
    const { store, log, reach } = this.#options
    const lease = await this.#probes.take(runner, store.now(), reach)
    const run = lease && nextRun(lease.proof)
    if (lease === null || run === null) return null
    try {
      return { lease, work: await forkWork(this.#options, { ...lease, run }) }
    } catch (error) {
      log('error', `could not prepare a run of the probe of job ${lease.jobId} for a runner`, error)
      await this.#probes.end(lease, store.now(), { kind: 'impossible' })
      return null
    }
  }

  end(fork: HeldFork, end: ForkEnd): Promise<boolean> {
    return this.#probes.end(fork, this.#options.store.now(), end)
  }

  async fetchSecrets({ buildId }: HeldFork, names: readonly string[]): Promise<SecretsAnswer> {
    const { store, secrets } = this.#options
    const loaded = await store.builds.load(buildId)
    if (loaded === undefined) throw new Error(`there is no build ${buildId}`)
    return secretsOfBuild(secrets, loaded.context, buildId, names)
  }

  async registryLogin({ buildId }: HeldFork, registry: string): ReturnType<ProbePort['registryLogin']> {
    const { store, secrets } = this.#options
    const loaded = await store.builds.load(buildId)
    if (loaded === undefined) throw new Error(`there is no build ${buildId}`)
    return loginOfBuild(secrets, loaded.build, loaded.context, registry)
  }

  dealFiles({ buildId }: HeldFork, { files: pattern, total }: FileSplit, files: readonly SplitFile[]): Promise<Deal> {
    return this.#options.store.splits.deal(buildId, { files: pattern, total }, files)
  }

  release(runner: string): Promise<void> {
    return this.#probes.release(runner, this.#options.store.now())
  }
}
