/**
 * Runs the parts of a fleet as real code on simulated machines, each in a process that can be
 * suspended and killed.
 */
import {
  createLocalPort,
  createMemoryStore,
  createRunner,
  type LocalPortOptions,
  type Log,
  type MemoryStore,
  type Runner,
  Scheduler,
  type Store,
} from '@harmont/engine'
import type { Chance } from '@harmont/test-kit/effort'
import { connectRunner, serveRunners } from '@harmont/wire'
import { goneMs } from '../../packages/engine/src/store.ts'
import { SimulatedMachine, type Witness } from './machine.ts'
import { connectThrough, Network, type Served } from './network.ts'
import { after, fleetNow, Host, pause, runOn } from './virtual-time.ts'

/** Leases are short, so that many end within a schedule. */
export const leaseMs = 15_000

export interface RunnerPlace {
  readonly id: string
  readonly machine: SimulatedMachine
  /** Number of the runner's processes so far. Older processes are refused, as by their token. */
  session: number
  process: { readonly host: Host; readonly runner: Runner } | null
}

export interface SchedulerPlace {
  host: Host | null
}

/** Thrown if the database does not respond. */
class Away extends Error {}

export class Fleet {
  readonly store: MemoryStore
  readonly network: Network
  readonly runners: readonly RunnerPlace[]
  readonly schedulers: readonly SchedulerPlace[] = [{ host: null }, { host: null }]
  /** Effects of builds as in an outbox, stored together with their change. */
  readonly told: string[] = []
  readonly faults: string[] = []
  isDatabaseAway = false
  isCalm = false
  readonly #dice: Chance
  readonly #log: Log
  readonly #witness: Witness
  /** Time of each runner's last renewal or new lease. */
  readonly #signs = new Map<string, number>()
  readonly #drained = new Set<string>()

  constructor(dice: Chance, witness: Witness, places: number, newId: () => string) {
    this.#dice = dice
    this.#witness = witness
    this.#log = (level, message, error) => level === 'error' && witness.failed(message, error)
    this.network = new Network(dice)
    connectThrough(this.network)
    this.store = createMemoryStore({ now: fleetNow, newId, leaseMs, startLeaseMs: leaseMs })
    this.runners = Array.from({ length: places }, (_, index) => {
      const machine = {
        // The clock of a machine may be up to two hours ahead, and drifts.
        aheadMs: dice.between(0, 7_200_000),
        drift: dice.between(-100, 100) / 1_000_000,
        wallStepMs: 0,
      }
      const name = `m${index}`
      return { id: name, machine: new SimulatedMachine(name, machine, dice, witness), session: 0, process: null }
    })
  }

  startApi(): void {
    const host = new Host()
    runOn(host, () => {
      const store = this.#storeFor()
      const port = createLocalPort({ ...surroundings, store, leaseMs, log: this.#log })
      const server = serveRunners({
        authenticate: async ({ headers: { authorization = '' } }) => this.#identify(authorization),
        portFor: () => port,
        shellsFor: () => noShells,
        translate: (error) =>
          error instanceof Away
            ? { status: 503, code: 'service_unavailable', message: error.message, headers: {} }
            : null,
        store,
        log: this.#log,
      })
      this.network.servers.add({ host, server, open: new Set() })
    })
  }

  killApi(served: Served): void {
    served.host.isDead = true
    this.network.drop(served)
  }

  startScheduler(place: SchedulerPlace): void {
    const host = new Host()
    place.host = host
    runOn(host, () => new Scheduler({ store: this.#storeFor(), leaseMs, log: this.#log, everyMs: 1_000 }).start())
  }

  startRunner(place: RunnerPlace): void {
    const host = new Host(place.machine.machine)
    const session = ++place.session
    runOn(host, () => {
      const port = connectRunner({
        url: 'http://127.0.0.1:1',
        token: async () => `${place.id}:${session}`,
        onOutdated: () => {},
        log: this.#log,
      })
      const runner = createRunner({
        id: place.id,
        // Schedules have no sources.
        port: { ...port, fetchSource: async () => ({ kind: 'tree', tree: { digest: 'empty', path: '/' } }) as never },
        driver: place.machine.driver(host),
        images: { collect: async () => [] } as never,
        slots: 2,
        sourceDirectory: '/nowhere',
        disk: {
          room: { freeBytes: 2 ** 40, sizeBytes: 2 ** 41, freeFiles: null },
          full: null,
          untilFull: never,
          hasRoom: async () => {},
          look: async () => {},
          wasExhaustedSince: () => false,
          onChange: () => () => {},
        },
        networkModes: ['none'],
        renderer: null,
        cacheBytes: 0,
        log: this.#log,
      })
      place.process = { host, runner }
      void runner.start()
    })
  }

  killRunner(place: RunnerPlace): void {
    if (place.process !== null) place.process.host.isDead = true
    place.process = null
  }

  #identify(authorization: string) {
    const [runner = '', session = ''] = authorization.replace('Bearer ', '').split(':')
    const place = this.runners.find(({ id }) => id === runner)
    if (place === undefined || Number(session) < place.session)
      return { status: 401, code: 'runner_superseded', message: 'A newer process has taken over.' }
    return { runner }
  }

  /**
   * Returns the database as seen by a process: calls take time, may fail during outages, and may
   * lose their response.
   */
  #storeFor(): Store {
    const asked = <G extends object>(group: G, ...names: readonly (keyof G & string)[]): G => {
      const calls = names.map((name) => {
        const call = (group[name] as (...all: readonly unknown[]) => Promise<unknown>).bind(group)
        return [name, (...all: readonly unknown[]) => this.#ask(() => call(...all))]
      })
      return { ...group, ...Object.fromEntries(calls) } as G
    }
    const { builds, leases, logs, runners } = this.store
    return {
      ...this.store,
      builds: {
        ...asked(builds, 'load', 'known', 'jobs', 'job', 'waits'),
        apply: (...given) => this.#ask(() => this.apply(...given)),
      } as Store['builds'],
      leases: {
        ...asked(leases, 'of', 'holder', 'renew', 'overdue', 'nextReadyAt'),
        take: (...given) => this.#ask(() => this.#take(...given)),
      } as Store['leases'],
      logs: asked(logs, 'append', 'size'),
      runners: {
        ...asked(runners, 'present', 'gone'),
        seen: (...given) => {
          const [runner, , at] = given
          return this.#ask(() => {
            this.#signs.set(runner, at)
            return runners.seen(...given)
          })
        },
      } as Store['runners'],
    }
  }

  /**
   * Applies events and records resulting ends of builds, like an outbox in the same transaction.
   */
  async apply(...given: Parameters<Store['builds']['apply']>): ReturnType<Store['builds']['apply']> {
    const applied = await this.store.builds.apply(...given)
    for (const { type } of applied?.effects ?? []) if (type === 'build_ended') this.told.push(given[0])
    for (const [index, event] of given[1].entries())
      if (event.type === 'holder_gone' && applied?.taken[index]) this.#checkGone(event.runner)
    return applied
  }

  async #take(...given: Parameters<Store['leases']['take']>): ReturnType<Store['leases']['take']> {
    const leases = await this.store.leases.take(...given)
    const [runner, , at] = given
    if (leases.length > 0) this.#signs.set(runner, at)
    return leases
  }

  #checkGone(runner: string): void {
    const silentMs = fleetNow() - (this.#signs.get(runner) ?? 0)
    if (silentMs < goneMs && !this.#drained.has(runner))
      this.#witness.broke(`G131: ${runner} is taken for gone ${silentMs} ms after its last sign of life`)
  }

  async #ask<T>(work: () => Promise<T>): Promise<T> {
    if (this.#dice.isOneIn(4)) await pause(this.#dice.between(0, 6))
    if (this.isDatabaseAway) throw new Away('the database cannot be reached')
    const answer = await work()
    if (!this.isCalm && this.#dice.isOneIn(150)) throw new Away('the connection was lost after the commit')
    return answer
  }

  drain({ id }: RunnerPlace): void {
    this.#drained.add(id)
    void this.store.runners.drain(id, fleetNow())
  }

  /** Calls `begin`, and `end` after `ms`. */
  for(ms: number, begin: () => void, end: () => void): void {
    begin()
    after(ms, end)
  }
}

const never = new AbortController().signal
const noShells = {
  asked: async () => [],
  onAsked: () => () => {},
  work: async () => null,
  isOpening: async () => false,
}
const surroundings: Pick<LocalPortOptions, 'secrets' | 'sources'> = {
  secrets: {
    of: async (_, names) => ({ kind: 'values', values: new Map(names.map((name) => [name, { value: 'v', id: 'i' }])) }),
  },
  sources: {
    async offer() {
      throw new Error('no build of a schedule has a source')
    },
  },
}
