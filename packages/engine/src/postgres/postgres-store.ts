import type pg from 'pg'
import { type ChangedBuild, LocalChangeFeed } from '../change-feed.ts'
import type { Effect, Instant } from '../core/model.ts'
import type { LogSegments } from '../log-segments.ts'
import type { Store } from '../store.ts'
import { type StoreSettings, storeSettings } from '../store-settings.ts'
import { BuildTurns } from './build-turns.ts'
import type { Outbox } from './build-work.ts'
import { PostgresBuilds } from './builds.ts'
import { PostgresLayers } from './layers/layers.ts'
import { PostgresLeases } from './leases.ts'
import { PostgresLogs } from './logs/logs.ts'
import { type Hears, Notifier } from './notifier.ts'
import { storePool } from './pool.ts'
import { type Company, PostgresRunners } from './runners.ts'
import { PostgresOutputs } from './step-outputs.ts'
import { PostgresProbes, type ProofOutbox } from './tests/probes.ts'
import { PostgresSplits } from './tests/splits.ts'
import { Groups } from './waiting/groups.ts'

export interface PostgresStoreOptions extends Partial<StoreSettings> {
  /** Called in each transaction in which the state of a build changes or a job ends. */
  readonly outbox?: Outbox
  /** Called in each transaction in which a run of a proof ends, or verdicts on tests are written. */
  readonly proofOutbox?: ProofOutbox
  /** Receives errors that only cost time; by default, they become warnings of the process. */
  readonly warn?: (error: unknown) => void
  /** Stores large parts of running logs; without it, all of them are in the database. */
  readonly segments?: LogSegments
  /** The owner's own channels, which use the store's listening connection. */
  readonly hears?: Hears
}

/**
 * Stores builds in PostgreSQL, in the schema `engine` (`engineMigrations`). Any number of processes
 * may share it. A lost connection rejects the call.
 */
export class PostgresStore implements Store {
  readonly builds: PostgresBuilds
  readonly leases: PostgresLeases
  readonly logs: PostgresLogs
  readonly outputs: PostgresOutputs
  readonly runners: PostgresRunners
  readonly probes: PostgresProbes
  readonly layers: PostgresLayers
  readonly splits: PostgresSplits
  readonly changes = new LocalChangeFeed()
  readonly now: () => Instant
  readonly #pool: pg.Pool
  readonly #groups: Groups
  readonly #notifier: Notifier

  private constructor(config: pg.PoolConfig, options: PostgresStoreOptions) {
    const { outbox = null, proofOutbox = null, segments = null, warn = warnProcess, hears, ...given } = options
    const settings = storeSettings(given)
    const pool = storePool(config, warn)
    const notifier = new Notifier(pool, this.changes, warn, hears)
    const announce = (build: ChangedBuild, effects: readonly Effect[]) => {
      this.changes.tell(build, effects)
      notifier.tell(build, effects)
    }
    const company: Company = { hasOthers: false }
    const groups = new Groups({ pool, settings, outbox, company, warn, tell: announce })
    // Settles the groups that a change affects before the caller continues.
    const tell = async (build: ChangedBuild, effects: readonly Effect[]) => {
      announce(build, effects)
      for (const effect of effects) if (effect.type === 'group_due') await groups.settle(effect.key)
    }
    const turns = new BuildTurns({ pool, settings, outbox, company, tell })
    this.now = settings.now
    this.builds = new PostgresBuilds({ pool, now: settings.now, turns, groups, tell })
    this.runners = new PostgresRunners(pool, company)
    this.leases = new PostgresLeases({ pool, settings, turns, company, runners: this.runners })
    this.logs = new PostgresLogs(pool, segments, (jobId) => {
      this.changes.job(jobId)
      notifier.job(jobId)
    })
    this.outputs = new PostgresOutputs(pool)
    this.layers = new PostgresLayers({
      pool,
      company,
      tellReady: () => {
        this.changes.ready()
        notifier.ready()
      },
      tellWanted: (runner) => {
        this.changes.wanted(runner)
        notifier.wanted(runner)
      },
    })
    this.probes = new PostgresProbes({ pool, outbox: proofOutbox, tell: announce })
    this.splits = new PostgresSplits(pool)
    this.#pool = pool
    this.#groups = groups
    this.#notifier = notifier
  }

  /** Opens the store with its own connections, one of which listens. */
  static async open(config: pg.PoolConfig, options: PostgresStoreOptions = {}): Promise<PostgresStore> {
    const store = new PostgresStore(config, options)
    await store.#notifier.listen()
    return store
  }

  /** Resolves when all requested writes are done and all connections are closed. */
  async close(): Promise<void> {
    await this.logs.idle()
    await this.#groups.idle()
    await this.#notifier.close()
    await this.#pool.end()
  }
}

function warnProcess(error: unknown): void {
  process.emitWarning(`${error}`)
}
