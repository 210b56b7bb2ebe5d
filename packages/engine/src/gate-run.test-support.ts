/**
 * Plays random sequences of builds with groups and limits on a real store, for tests. Checks
 * everything with slow reference code after each lease.
 */
import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { createBuild } from './core/create-build.ts'
import { defaultLimits } from './core/limits.ts'
import type { Build, BuildEvent, Job, Step } from './core/model.ts'
import { dice, plainPlan } from './core/random-plan.test-support.ts'
import { isBuildTerminal, isHeld } from './core/states.ts'
import { plainContext } from './plain-context.test-support.ts'
import type { Limited } from './postgres/waiting/limits.ts'
import type { Store } from './store.ts'
import type { StoreUnderTest } from './store-under-test.test-support.ts'

const exited = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const

/** A job with all state that affects its gates. */
interface Seen {
  readonly job: Job
  readonly step: Step
  readonly build: Build
}

export type UnderGates = Omit<StoreUnderTest, 'close'> & {
  /** Present for a store with limits. */
  setLimit?(of: Limited, limit: number | null): Promise<void>
}

export class GateRun {
  readonly #under: UnderGates
  readonly #roll: () => number
  readonly #name = randomUUID()
  readonly #builds: string[] = []
  readonly #limits = new Map<string, number>()
  /** Number of times that each corner case occurred. */
  readonly seen = new Map<string, number>()
  #now: number

  constructor(under: UnderGates, seed: number, now: number) {
    this.#under = under
    this.#roll = dice(seed)
    this.#now = now
  }

  get now(): number {
    return this.#now
  }

  /** Performs one random action. */
  async act(): Promise<void> {
    const roll = this.#roll()
    this.#now += Math.floor(this.#roll() * 50)
    if (this.#builds.length === 0 || (roll < 0.08 && this.#builds.length < 6)) await this.#submit()
    else if (roll < 0.45) await this.lease(1 + Math.floor(this.#roll() * 4))
    else if (roll < 0.54 && this.#under.setLimit) await this.#setLimit()
    else if (roll < 0.56) await this.#cancel()
    else if (roll < 0.6) await this.#lose()
    else if (roll < 0.64) this.#now += 14_000
    else await this.#goOn()
  }

  /** Ends all builds as working runners would. */
  async drain(): Promise<void> {
    let open: readonly Build[] = []
    for (let round = 0; round < 300; round++) {
      open = (await this.#all()).filter(({ state }) => !isBuildTerminal(state))
      if (open.length === 0) return
      this.#now += 14_000
      await this.lease(3)
      for (const { job, build } of (await this.#jobs()).filter((each) => isHeld(each.job.state)))
        await this.#apply(build, this.#next(job, 0))
    }
    throw new Error(`stuck: ${JSON.stringify(open.map(({ jobs }) => jobs.map(({ state }) => state)))}`)
  }

  async lease(slots: number): Promise<void> {
    const before = await this.#jobs()
    const runner = this.#roll() < 0.5 ? 'keeps' : 'loses'
    const leases = await this.#view().leases.take(runner, slots, this.#now)
    const after = await this.#jobs()
    const fresh = after.filter(({ job }) => leases.some(({ jobId }) => jobId === job.id))
    expect(fresh.map(({ job }) => job.state)).toEqual(fresh.map(() => 'assigned'))
    expect(fresh.length).toBe(leases.length)
    const waiting = after.filter((each) => this.#isDue(each))
    for (const each of fresh) {
      for (const gate of this.#gatesOf(each, before)) {
        const running = after.filter((other) => isHeld(other.job.state) && gate.counts(other)).length
        expect({ ...gate, running, isOver: running > gate.limit }).toEqual({ ...gate, running, isOver: false })
      }
      const { concurrency } = each.step
      if (!concurrency) continue
      const overtaken = waiting.filter(
        (other) => sameGroup(each, other) && isBefore(other, each) && !this.#standsAtLimit(other, after, fresh),
      )
      expect(overtaken.map(({ job }) => job.id)).toEqual([])
    }
    if (leases.length < slots) await this.#checkWaits(waiting, after)
  }

  /** Expects that no job can be leased and that every waiting job reports its reason. */
  async #checkWaits(waiting: readonly Seen[], all: readonly Seen[]): Promise<void> {
    for (const build of await this.#all()) {
      const waits = await this.#view().builds.waits(build.id, this.#now)
      const own = waiting.filter((each) => each.build.id === build.id)
      expect([...waits.keys()].sort()).toEqual(own.map(({ job }) => job.id).sort())
      for (const each of own) {
        expect(this.#isFull(each, all)).toBe(true)
        const wait = waits.get(each.job.id)
        const gate = this.#gatesOf(each, all).find(({ reason }) => reason === wait?.reason)
        const running = gate ? all.filter((other) => isHeld(other.job.state) && gate.counts(other)) : []
        expect(wait).toMatchObject({ limit: gate?.limit, running: running.length, group: gate?.group })
        expect(wait?.holders.length).toBe(Math.min(5, running.length))
        for (const { jobId, buildId } of wait?.holders ?? [])
          expect(running.map(({ job, build: of }) => [job.id, of.id])).toContainEqual([jobId, buildId])
        if (this.#limits.size === 0) {
          const ahead = waiting.filter((other) => sameGroup(each, other) && isBefore(other, each)).length
          expect(wait?.ahead).toBe(ahead)
        }
        this.#note(`${wait?.reason} ${wait?.ahead === 0 ? 'first' : 'behind'}`)
      }
    }
  }

  /**
   * Returns whether other jobs have, or may have been promised, all the room of a limit, not
   * counting later jobs of the same group.
   */
  #standsAtLimit(each: Seen, all: readonly Seen[], fresh: readonly Seen[]): boolean {
    const isLater = (other: Seen) => sameGroup(each, other) && isBefore(each, other)
    const others = all.filter(
      (other) => (isHeld(other.job.state) || this.#isDue(other)) && other.job.id !== each.job.id,
    )
    const first = others.filter((other) => !isLater(other) || (isHeld(other.job.state) && !fresh.includes(other)))
    return this.#gatesOf(each, all).some(
      (gate) => gate.kind === 'limit' && first.filter(gate.counts).length >= gate.limit,
    )
  }

  #isFull(each: Seen, all: readonly Seen[]): boolean {
    return this.#gatesOf(each, all).some(
      (gate) => all.filter((other) => isHeld(other.job.state) && gate.counts(other)).length >= gate.limit,
    )
  }

  #gatesOf(each: Seen, all: readonly Seen[]) {
    const { concurrency } = each.step
    const { queue, pipeline } = each.build
    const inLine = all.filter((other) => sameGroup(each, other) && (isHeld(other.job.state) || isScheduled(other)))
    const lowest = Math.min(...inLine.map((other) => other.step.concurrency?.limit ?? 99))
    const [ofQueue, ofPipeline] = [this.#limits.get(queue), this.#limits.get(pipeline)]
    return [
      ...(concurrency
        ? [
            {
              ...({ kind: 'group', reason: 'concurrency_group', group: concurrency.group, limit: lowest } as const),
              counts: (other: Seen) => sameGroup(each, other),
            },
          ]
        : []),
      ...(ofPipeline === undefined
        ? []
        : [
            {
              ...({ kind: 'limit', reason: 'pipeline_limit', group: null, limit: ofPipeline } as const),
              counts: (other: Seen) => other.build.pipeline === pipeline,
            },
          ]),
      ...(ofQueue === undefined
        ? []
        : [
            {
              ...({ kind: 'limit', reason: 'organization_limit', group: null, limit: ofQueue } as const),
              counts: (other: Seen) => other.build.queue === queue,
            },
          ]),
    ]
  }

  async #submit(): Promise<void> {
    const roll = this.#roll
    const id = randomUUID()
    const queue = `${this.#name} ${roll() < 0.7 ? 'a' : 'b'}`
    const pipeline = `${queue} ${roll() < 0.5 ? 'one' : 'two'}`
    const scope = () => (roll() < 0.5 ? ('pipeline' as const) : ('organization' as const))
    const steps = Array.from({ length: 1 + Math.floor(roll() * 7) }, (_, index) => ({
      ...(index > 0 && roll() < 0.4 && { dependsOn: [Math.floor(roll() * index)] }),
      ...(roll() < 0.3 && { retry: { limit: 1, delaySeconds: roll() < 0.5 ? 0 : 10 } }),
      ...(roll() < 0.7 && {
        concurrency: { group: roll() < 0.7 ? 'x' : 'y "', limit: 1 + Math.floor(roll() * 3), scope: scope() },
      }),
    }))
    const from = { kind: 'plan', plan: plainPlan(steps), conditions: steps.map(() => true) } as const
    const context = { newId: () => randomUUID(), limits: defaultLimits }
    const created = createBuild({ id, queue, pipeline, at: this.#now, held: false, from }, context)
    await this.#under.submit(created, plainContext)
    this.#builds.push(id)
  }

  async #setLimit(): Promise<void> {
    const build = (await this.#all()).at(Math.floor(this.#roll() * this.#builds.length))
    if (!build) return
    const kind = this.#roll() < 0.5 ? 'queue' : 'pipeline'
    const limit = this.#roll() < 0.4 ? null : 1 + Math.floor(this.#roll() * 3)
    await this.#under.setLimit?.({ kind, id: build[kind] }, limit)
    if (limit === null) this.#limits.delete(build[kind])
    else this.#limits.set(build[kind], limit)
  }

  async #cancel(): Promise<void> {
    const build = (await this.#all()).at(Math.floor(this.#roll() * this.#builds.length))
    if (build) await this.#apply(build, { type: 'cancel', at: this.#now })
  }

  async #lose(): Promise<void> {
    this.#now += 300_001
    await this.#under.store.leases.renew('keeps', this.#now)
    const lost = new Set((await this.#under.store.leases.of('loses')).map(({ jobId }) => jobId))
    const gone = (await this.#jobs()).find(({ job }) => lost.has(job.id))
    if (!gone) return
    const { job, build } = gone
    await this.#apply(build, { type: 'lease_lost', job: job.id, fence: job.fence, at: this.#now })
    this.#note('lost')
  }

  async #goOn(): Promise<void> {
    const held = (await this.#jobs()).filter(({ job }) => isHeld(job.state))
    const one = held[Math.floor(this.#roll() * held.length)]
    if (one) await this.#apply(one.build, this.#next(one.job, 0.3))
  }

  #next({ id: job, state, fence, killBy }: Job, failures: number): BuildEvent {
    const at = this.#now
    if (state === 'assigned') return { type: 'started', job, fence, at }
    if (killBy !== null && killBy <= at && this.#roll() < 0.5) return { type: 'kill_overdue', job, at }
    const exitCode = this.#roll() < failures ? 1 : 0
    return { type: 'ended', job, fence, at, outcome: { ...exited, exitCode } }
  }

  async #apply({ id }: Build, event: BuildEvent): Promise<void> {
    await this.#view().builds.apply(id, [event])
  }

  /** Returns the store of one of the two processes at random. */
  #view(): Store {
    return this.#roll() < 0.5 ? this.#under.store : this.#under.other
  }

  async #all(): Promise<readonly Build[]> {
    const loaded = await Promise.all(this.#builds.map((id) => this.#under.store.builds.load(id)))
    return loaded.flatMap((each) => (each ? [{ ...each.build, jobs: [...each.build.jobs] }] : []))
  }

  async #jobs(): Promise<readonly Seen[]> {
    return (await this.#all()).flatMap((build) =>
      build.jobs.flatMap((job, index) => {
        const step = build.steps[index]
        return step ? [{ job, step, build }] : []
      }),
    )
  }

  #isDue(each: Seen): boolean {
    return isScheduled(each) && (each.job.notBefore === null || each.job.notBefore <= this.#now)
  }

  #note(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1)
  }
}

function isScheduled({ job }: Seen): boolean {
  return job.state === 'scheduled'
}

function sameGroup(a: Seen, b: Seen): boolean {
  const [one, two] = [a.step.concurrency, b.step.concurrency]
  if (!one || !two || one.group !== two.group || one.scope !== two.scope || a.build.queue !== b.build.queue)
    return false
  return one.scope === 'organization' || a.build.pipeline === b.build.pipeline
}

function isBefore(a: Seen, b: Seen): boolean {
  if (a.build.createdAt !== b.build.createdAt) return a.build.createdAt < b.build.createdAt
  if (a.build.id !== b.build.id) return a.build.id < b.build.id
  return (a.job.step ?? 0) < (b.job.step ?? 0)
}
