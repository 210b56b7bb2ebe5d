/**
 * Random lives of jobs over an unreliable network, compared with the same lives without a network.
 */
import { createHash } from 'node:crypto'
import {
  createLocalPort,
  createMemoryStore,
  type LeasedJob,
  type MemoryStore,
  noOutput,
  type Outcome,
  type RunnerPort,
  serviceLogId,
} from '@harmont/engine'
import { type Chance, chance, scaled, seed } from '@harmont/test-kit/effort'
import { expect, test } from 'vitest'
import { type Cut, cuttingProxy } from './cutting-proxy.test-support.ts'
import { newBuild, plainContext, serveWire, stepsOf, surroundings } from './port-under-test.test-support.ts'

const passed: Outcome = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null }
const signal = new AbortController().signal
const runner = 'r'

/** Returns a generator of ids that are the same in both worlds. */
function ids(): () => string {
  let count = 0
  return () => {
    const hex = createHash('sha256').update(String(++count)).digest('hex')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  }
}

/** One world: a store, and a runner that makes one request after another. */
class World {
  readonly store: MemoryStore
  readonly #port: RunnerPort
  readonly #newId: () => string
  readonly #jobs = new Map<string, LeasedJob>()
  readonly #ends = new Map<string, number>()

  constructor(store: MemoryStore, port: RunnerPort, newId: () => string) {
    this.store = store
    this.#port = port
    this.#newId = newId
  }

  /** Performs a random act, and returns its visible result. */
  async act(dice: Chance): Promise<unknown> {
    const act = dice.between(0, 11)
    const number = dice.between(0, 1_000)
    if (act <= 1) return this.#submit(1 + (number % 3))
    if (act <= 3) return this.#lease(1 + (number % 3))
    const held = [...this.#jobs.values()]
    const job = held[number % Math.max(held.length, 1)]
    if (job === undefined) return null
    const at = new Date(this.store.now())
    switch (act) {
      case 4:
        return (await this.#port.started(job, at)) !== null
      case 5:
      case 6:
      case 7:
        return this.#append(job, number % 4, null)
      case 8:
        return this.#append(job, number % 3, number % 2 === 0 ? 'db' : 'web')
      case 9:
        return this.#port.services(job, at, [{ name: 'db', state: 'ready', readyMs: number, exitCode: null }])
      case 10:
        return this.#finish(job, number)
      default:
        return this.#cancelOrRenew(job, number)
    }
  }

  /** Returns the whole remaining state, except instants. */
  async state(): Promise<unknown> {
    const leases = await this.store.leases.of(runner)
    const builds = await Promise.all(this.#builds.map((id) => this.store.builds.jobs(id)))
    const jobs = builds.flat().map(({ id, state, fence, lost, exitCode, services }) => {
      return { id, state, fence, lost, exitCode, services }
    })
    const logs = await Promise.all(
      [...this.#ends.keys()].map(async (id) => [
        id,
        (await this.store.logs.read(id, 0, 1e9)).map(({ seq, content }) => [seq, String(content)]),
      ]),
    )
    return {
      leases: leases.map(({ jobId, fence, lastSeq, spoolPosition, stop }) => [
        jobId,
        fence,
        lastSeq,
        spoolPosition,
        stop,
      ]),
      jobs,
      logs,
    }
  }

  readonly #builds: string[] = []

  #submit(steps: number): void {
    const created = newBuild(stepsOf(steps), this.store.now(), this.#newId)
    this.store.builds.submit(created, plainContext)
    this.#builds.push(created.build.id)
  }

  async #lease(slots: number): Promise<readonly string[]> {
    const jobs = await this.#port.lease({ runner, slots, waitMs: 0, signal })
    // A repeated response has another order.
    const sorted = jobs.toSorted((a, b) => (a.jobId < b.jobId ? -1 : 1))
    for (const job of sorted) this.#jobs.set(job.jobId, job)
    return sorted.map(({ jobId, fence }) => `${jobId} ${fence}`)
  }

  async #append(job: LeasedJob, count: number, service: string | null): Promise<unknown> {
    const log = service === null ? job.jobId : serviceLogId(job.jobId, service)
    const last = this.#ends.get(log) ?? 0
    if (service !== null && !this.#ends.has(log)) await this.#port.openServiceLog(job, service, true)
    const chunks = Array.from({ length: count }, (_, index) => {
      return { seq: last + index + 1, kind: 0, content: Buffer.from(`${log} ${last + index}\n`), ts: null } as const
    })
    this.#ends.set(log, last + count)
    const place = service === null ? job : { ...job, service }
    return this.#port.append(place, chunks, String(++this.#position))
  }

  #position = 0

  async #finish(job: LeasedJob, number: number): Promise<boolean> {
    this.#jobs.delete(job.jobId)
    await this.#port.started(job, new Date(this.store.now()))
    const outcome = number % 4 === 0 ? { ...passed, exitCode: 1 } : passed
    return this.#port.finish(job, new Date(this.store.now()), outcome, noOutput)
  }

  async #cancelOrRenew(job: LeasedJob, number: number): Promise<unknown> {
    if (number % 3 === 0)
      return void (await this.store.builds.apply(job.buildId, [{ type: 'cancel', at: this.store.now() }]))
    return (await this.#port.renew(runner)).map(({ jobId, fence, stop }) => [jobId, fence, stop])
  }
}

/**
 * Runs a random life in both worlds. Each request goes to one of `servers` processes with the same
 * store.
 */
async function live(seedOfLife: number, servers: number, cuts: readonly Cut[]): Promise<void> {
  const network = chance(seedOfLife + 1)
  const [newId, newIdHere] = [ids(), ids()]
  const store = createMemoryStore({ newId })
  const here = createMemoryStore({ newId: newIdHere })
  await using all = new AsyncDisposableStack()
  const wires = await Promise.all(Array.from({ length: servers }, async () => all.use(await serveWire(store))))
  const pickServer = () => network.pick(wires).url
  const proxy = all.use(await cuttingProxy(pickServer, () => network.pick([...cuts, 'none', 'none', 'none', 'none'])))
  const wire = all.use(await serveWire(store, { through: async () => proxy.url }))
  const remote = new World(store, wire.connect(runner, { settings: { tryMs: 100, pollMs: 0 } }), newId)
  const local = new World(here, createLocalPort({ ...surroundings(), store: here, log: () => undefined }), newIdHere)
  const [dice, same] = [chance(seedOfLife), chance(seedOfLife)]
  for (let act = 0; act < acts; act++)
    expect(await remote.act(dice), `life ${seedOfLife}, act ${act}`).toEqual(await local.act(same))
  expect(await remote.state()).toEqual(await local.state())
}

const acts = 30

test('G92 random lives of jobs end the same over a network that loses, repeats and delays', async () => {
  for (let round = 0; round < scaled(1, 500); round++) await live(seed + round, 1, ['before', 'after', 'late', 'half'])
})

test('G92 random lives of jobs end the same if each request may reach another process of the server', async () => {
  for (let round = 0; round < scaled(1, 500); round++) await live(seed - round, 3, ['before', 'after', 'half'])
})
