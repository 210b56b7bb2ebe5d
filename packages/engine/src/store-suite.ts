/**
 * Declares the behavior that every store must provide. `memory-store.test.ts` and
 * `postgres-store.soak.pg.test.ts` run it.
 */
import { randomUUID } from 'node:crypto'
import type { Plan } from '@harmont/ir'
import type { Chunk } from '@harmont/logs'
import { scaled } from '@harmont/test-kit/effort'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { appendSuite } from './append-suite.ts'
import type { Artifact } from './artifacts/artifact.ts'
import { createBuild, type NewBuild } from './core/create-build.ts'
import { foldBuild } from './core/fold-build.ts'
import { defaultLimits } from './core/limits.ts'
import type { BuildEvent, Job, Outcome } from './core/model.ts'
import { dice, plainPlan } from './core/random-plan.test-support.ts'
import { isHeld, isTerminal } from './core/states.ts'
import { gateSuite } from './gate-suite.ts'
import { groupSuite } from './group-suite.ts'
import { placementSuite } from './placement-suite.ts'
import { plainContext } from './plain-context.test-support.ts'
import { serviceSuite } from './service-suite.ts'
import { splitSuite } from './splits/split-suite.ts'
import { standingSuite } from './standing-suite.ts'
import { noOutput, type StepOutput } from './step-output.ts'
import { type Lease, type Store, shortLogChunks } from './store.ts'
import type { StoreUnderTest } from './store-under-test.test-support.ts'

const passed = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const
const failed = { ...passed, exitCode: 1 }

/** Declares the tests. `open` returns a store without builds. */
export function storeSuite(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let under: StoreUnderTest
    let store: Store
    let now = 1_700_000_000_000

    beforeAll(async () => {
      under = await open()
      store = under.store
    })
    afterAll(() => under.close())
    beforeEach(async () => {
      now += 1_000_000_000
      await finishEverything()
    })

    /** Cancels the builds of earlier tests, so that each test leases only its own jobs. */
    async function finishEverything(): Promise<void> {
      for (const id of submitted.splice(0)) {
        await store.builds.apply(id, [{ type: 'cancel', at: now }])
        const jobs = await store.builds.jobs(id)
        const kills = jobs.filter(({ state }) => isHeld(state))
        now += 20_000
        if (kills.length > 0)
          await store.builds.apply(
            id,
            kills.map(({ id: job }) => ({ type: 'kill_overdue', job, at: now })),
          )
      }
    }

    groupSuite(() => under)
    gateSuite(() => under)
    standingSuite(() => under)
    serviceSuite(() => under)
    splitSuite(() => under)
    placementSuite(() => under)
    appendSuite(() => under)

    const submitted: string[] = []
    async function submit(from: Plan | NewBuild['from'], queue = 'q', held = false): Promise<string> {
      const id = randomUUID()
      const source: NewBuild['from'] =
        'kind' in from ? from : { kind: 'plan', plan: from, conditions: from.steps.map(() => true) }
      const context = { newId: () => randomUUID(), limits: defaultLimits }
      await under.submit(createBuild({ id, queue, at: now, held, from: source }, context), plainContext)
      submitted.push(id)
      return id
    }
    async function build(id: string) {
      const loaded = await store.builds.load(id)
      if (!loaded) throw new Error(`no build ${id}`)
      return loaded.build
    }
    const lease = (slots = 1, runner = 'r1') => store.leases.take(runner, slots, now)
    async function leaseOne(runner = 'r1'): Promise<Lease> {
      const [one] = await lease(1, runner)
      if (!one) throw new Error('nothing to lease')
      return one
    }
    const start = ({ buildId, jobId, fence }: Lease) =>
      store.builds.apply(buildId, [{ type: 'started', job: jobId, fence, at: now }])
    const end = ({ buildId, jobId, fence }: Lease, outcome: Outcome = passed) =>
      store.builds.apply(buildId, [{ type: 'ended', job: jobId, fence, at: now, outcome }])
    async function run(outcome: Outcome = passed): Promise<Lease> {
      const one = await leaseOne()
      await start(one)
      await end(one, outcome)
      return one
    }
    const chunk = (seq: number, text: string, kind: Chunk['kind'] = 0): Chunk => ({
      seq,
      kind,
      content: Buffer.from(text),
      ts: BigInt(seq),
    })

    test('returns a submitted build with its context', async () => {
      const plan = plainPlan([{ env: { A: 'ä\n"' } }, { buildsIn: 0 }], 60)
      const id = await submit(plan)
      const loaded = await under.other.builds.load(id)
      expect(loaded?.context).toEqual(plainContext)
      expect(loaded?.build.steps).toEqual(plan.steps.map((step) => ({ ...step, conditionHolds: true })))
      expect(loaded?.build).toMatchObject({
        id,
        queue: 'q',
        state: 'scheduled',
        createdAt: now,
        deadlineAt: now + 60_000,
      })
      expect(loaded?.build.jobs.map(({ state }) => state)).toEqual(['scheduled', 'pending'])
      expect(await store.builds.load(randomUUID())).toBeUndefined()
      expect(await store.builds.apply(randomUUID(), [{ type: 'cancel', at: now }])).toBeUndefined()
    })

    test('the fencing number identifies the runner that got a lease, even after the end of its job', async () => {
      const buildId = await submit(plainPlan([{}]))
      const one = await leaseOne('r7')
      expect(await under.other.leases.holder(one)).toEqual({ runner: 'r7', buildId })
      expect(await store.leases.holder({ ...one, fence: one.fence + 1 })).toBeNull()
      expect(await store.leases.holder({ ...one, jobId: randomUUID() })).toBeNull()
      expect(await store.leases.holder({ ...one, leaseId: randomUUID() })).toBeNull()
      expect(await store.leases.holder({ ...one, leaseId: null })).toEqual({ runner: 'r7', buildId })
      await start(one)
      await end(one)
      expect(await store.leases.holder(one)).toEqual({ runner: 'r7', buildId })
    })

    test('G104 renewals count as taken for as long as some process notes it, and start anew after a break', async () => {
      const since = (from: Store, at: number) => from.leases.renewableSince(at)
      expect(await since(store, now)).toBeNull()
      await store.leases.noteRenewable(now)
      await under.other.leases.noteRenewable(now + 4_000)
      await store.leases.noteRenewable(now + 3_000)
      expect(await since(under.other, now + 8_999)).toBe(now)
      expect(await since(store, now + 9_000)).toBeNull()
      await store.leases.noteRenewable(now + 9_000)
      expect(await since(under.other, now + 9_001)).toBe(now + 9_000)
    })

    test('G01 only the holder of a lease can note a cache lookup', async () => {
      await submit(plainPlan([{ cacheKey: 'k' }]))
      const [held] = await lease(1)
      if (!held) throw new Error('nothing to lease')
      const inputs = { claim: 'k', command: 'c', image: 'i', platform: 'p', parent: null, variables: { A: 'a' } }
      const lookUp = {
        place: 'n|ci|a',
        places: ['n|ci|a'],
        key: 'l',
        inputs,
        hit: { origin: {}, createdAt: now },
        damaged: false,
      }
      expect(await store.leases.noteLookUp(held, now, lookUp)).toBe(true)
      expect(await store.leases.noteLookUp(held, now, { ...lookUp, hit: null })).toBe(true)
      expect(await store.leases.noteLookUp({ ...held, fence: held.fence + 1 }, now, lookUp)).toBe(false)
      expect(await store.leases.noteLookUp({ ...held, leaseId: randomUUID() }, now, lookUp)).toBe(false)
      expect(await store.logs.append({ ...held, leaseId: randomUUID() }, [], '0')).toBe(false)
      expect(await store.logs.openService({ ...held, leaseId: randomUUID(), service: 'db' }, true)).toBeNull()
      expect(await store.logs.openService({ ...held, service: 'db' }, true)).not.toBeNull()
    })

    test(`G01 only the holder of a lease can note a substituted image, and the one of the newest lease applies`, async () => {
      const id = await submit(plainPlan([{}]))
      const [held] = await lease(1)
      if (!held) throw new Error('nothing to lease')
      const { jobId: job, fence } = held
      const substituted = (of: number) => ({ type: 'substituted', job, fence: of, at: now, image: 'node:24' }) as const
      const image = async () => (await under.other.builds.jobs(id)).map(({ substitutedImage }) => substitutedImage)
      expect((await store.builds.apply(id, [substituted(fence + 1)]))?.taken).toEqual([false])
      expect(await image()).toEqual([null])
      expect((await store.builds.apply(id, [substituted(fence), substituted(fence)]))?.taken).toEqual([true, true])
      expect(await image()).toEqual(['node:24'])
      await store.builds.apply(id, [{ type: 'lease_lost', job, fence, at: now + 100_000_000 }])
      now += 100_000_000
      await lease(1)
      expect(await image()).toEqual([null])
    })

    test('G03 a job can be leased only once its prerequisite has passed', async () => {
      const id = await submit(plainPlan([{}, { buildsIn: 0 }]))
      const [first, ...more] = await lease(5)
      expect(more).toEqual([])
      if (!first) throw new Error('nothing to lease')
      expect(first).toMatchObject({
        buildId: id,
        runner: 'r1',
        fence: 1,
        started: false,
        expiresAt: now + 30_000,
        stop: null,
      })
      expect((await build(id)).state).toBe('running')
      await start(first)
      expect(await lease(5)).toEqual([])
      const applied = await end(first, { ...passed, snapshot: 'snap-0' })
      expect(applied?.taken).toEqual([true])
      expect(applied?.changed.map(({ state }) => state).sort()).toEqual(['passed', 'scheduled'])
      expect(await store.leases.of('r1')).toEqual([])
      await run()
      expect(await build(id)).toMatchObject({ state: 'passed', startedAt: now, finishedAt: now })
      expect((await under.other.builds.load(id))?.build).toEqual(await build(id))
    })

    test('G01 leases a job to one runner only, however many request it at once', async () => {
      const ids = await Promise.all([1, 2, 3].map(() => submit(plainPlan(Array.from({ length: 20 }, () => ({}))))))
      const given: string[] = []
      await Promise.all(
        Array.from({ length: 16 }, async (_, index) => {
          const asked = index % 2 === 0 ? store : under.other
          for (;;) {
            const got = await asked.leases.take(`w${index}`, 2, now)
            if (got.length === 0) return
            given.push(...got.map(({ jobId }) => jobId))
          }
        }),
      )
      expect(new Set(given).size).toBe(given.length)
      expect(given.length).toBe(60)
      for (const id of ids)
        for (const job of await store.builds.jobs(id))
          expect(job).toMatchObject({ state: 'assigned', fence: 1, assignedAt: now })
    })

    test('G01 every write of a stale holder is refused', async () => {
      const id = await submit(plainPlan([{}]))
      const old = await leaseOne()
      await start(old)
      now += 300_001
      await store.builds.apply(id, [{ type: 'lease_lost', job: old.jobId, fence: old.fence, at: now }])
      const next = await leaseOne('r2')
      expect(next).toMatchObject({ jobId: old.jobId, fence: 2, runner: 'r2' })
      expect((await end(old))?.taken).toEqual([false])
      expect(await store.logs.append(old, [chunk(1, 'late')], '4')).toBe(false)
      expect((await start(next))?.taken).toEqual([true])
    })

    test('takes ready jobs in fair turns between queues, then by age', async () => {
      const many = Array.from({ length: 4 }, () => ({}))
      const a = await submit(plainPlan(many), 'a')
      now += 1
      const a2 = await submit(plainPlan([{}]), 'a')
      const b = await submit(plainPlan(many), 'b')
      const order: string[] = []
      for (let n = 0; n < 7; n++) order.push((await leaseOne()).buildId)
      expect(order.filter((each) => each !== b)).toEqual(
        [a, a, a, a].slice(0, order.filter((each) => each !== b).length),
      )
      expect(order.slice(0, 6).filter((each) => each === b).length).toBe(3)
      const rest = (await lease(10)).map(({ buildId }) => buildId)
      expect(rest).toContain(a2)
      expect(order.length + rest.length).toBe(9)
    })

    test('a delayed job is not leased before its time, which the store reports', async () => {
      await submit(plainPlan([{ retry: { limit: 1, delaySeconds: 5 } }]))
      await run(failed)
      expect(await lease()).toEqual([])
      expect(await store.leases.nextReadyAt()).toBe(now + 5000)
      now += 5000
      expect(await lease()).toHaveLength(1)
      expect(await store.leases.nextReadyAt()).toBeNull()
    })

    test('G08 lists every attempt, oldest first within a step', async () => {
      const id = await submit(plainPlan([{ retry: { limit: 2, delaySeconds: 0 } }, {}]))
      await run(failed)
      await run(passed)
      await run(failed)
      const jobs = await under.other.builds.jobs(id)
      const seen = jobs.map(({ step, attempt }) => [step, attempt])
      expect(seen).toContainEqual([0, 2])
      expect(seen).toEqual(
        [...seen].sort(([a = 0, x = 0], [b = 0, y = 0]) => (a ?? 0) - (b ?? 0) || (x ?? 0) - (y ?? 0)),
      )
      expect(await Promise.all(jobs.map((job) => under.other.builds.job(id, job.id)))).toEqual(jobs)
      expect(await under.other.builds.job(await submit(plainPlan([{}])), jobs[0]?.id ?? '')).toBeUndefined()
    })

    test('a renewed lease is short before the start and long after it', async () => {
      await submit(plainPlan([{}, {}]))
      const one = await leaseOne()
      const two = await leaseOne()
      await start(two)
      now += 1000
      const renewed = await store.leases.renew('r1', now)
      expect(renewed.find(({ jobId }) => jobId === one.jobId)).toMatchObject({
        started: false,
        expiresAt: now + 30_000,
      })
      expect(renewed.find(({ jobId }) => jobId === two.jobId)).toMatchObject({
        started: true,
        expiresAt: now + 300_000,
      })
      expect(await store.leases.renew('nobody', now)).toEqual([])
    })

    test('G01 a late report of the start does not shorten a lease, so its command can run until the expiry known first', async () => {
      await submit(plainPlan([{}]))
      const { buildId, jobId: job, fence } = await leaseOne()
      const at = now
      now += 290_000
      await store.leases.renew('r1', now)
      await store.builds.apply(buildId, [{ type: 'started', job, fence, at }])
      expect(await store.leases.of('r1')).toMatchObject([{ started: true, expiresAt: now + 30_000 }])
    })

    test('a lease that was renewed after it was found expired is not lost', async () => {
      const id = await submit(plainPlan([{}]))
      await leaseOne()
      now += 30_000
      const [late] = await store.leases.overdue(now, 10)
      expect(late).toMatchObject({ buildId: id, event: { type: 'lease_lost', fence: 1 } })
      await store.leases.renew('r1', now)
      if (!late) throw new Error('nothing overdue')
      expect((await store.builds.apply(id, [late.event]))?.taken).toEqual([false])
      expect((await build(id)).jobs[0]?.state).toBe('assigned')
      expect(await store.leases.overdue(now, 10)).toEqual([])
    })

    test('finds step deadlines, build deadlines and overdue kills, each once', async () => {
      const id = await submit(plainPlan([{ timeoutSeconds: 5 }], 60))
      await start(await leaseOne())
      now += 5000
      const apply = async (type: BuildEvent['type']) => {
        const found = await store.leases.overdue(now, 10)
        expect(found.map(({ buildId, event }) => [buildId, event.type])).toEqual([[id, type]])
        for (const { event } of found) expect((await store.builds.apply(id, [event]))?.taken).toEqual([true])
      }
      await apply('job_deadline')
      expect(await store.leases.of('r1')).toMatchObject([{ stop: 'timeout', deadlineAt: null }])
      expect(await store.leases.overdue(now, 10)).toEqual([])
      now += 13_000
      await apply('kill_overdue')
      expect(await store.leases.of('r1')).toEqual([])
      expect((await build(id)).state).toBe('failed')

      const slow = await submit(plainPlan([{}], 60))
      now += 60_000
      expect(await store.leases.overdue(now, 10)).toMatchObject([{ buildId: slow, event: { type: 'build_deadline' } }])
      await store.builds.apply(slow, [{ type: 'build_deadline', at: now }])
      expect((await build(slow)).state).toBe('failed')
      expect(await store.leases.overdue(now, 10)).toEqual([])
    })

    test('a canceled job is not leased, and a leased one is told to stop', async () => {
      const id = await submit(plainPlan([{}, {}]))
      const one = await leaseOne()
      const stopped: string[] = []
      const off = store.changes.onStop((effect) => stopped.push(`${effect.job} ${effect.fence} ${effect.reason}`))
      await store.builds.apply(id, [{ type: 'cancel', at: now }])
      off()
      expect(await lease(5)).toEqual([])
      expect(stopped).toEqual([`${one.jobId} 1 cancel`])
      expect(await store.leases.renew('r1', now)).toMatchObject([{ jobId: one.jobId, stop: 'cancel' }])
      await end(one)
      expect((await build(id)).state).toBe('canceled')
    })

    test('events of one call are applied in order and in one transaction', async () => {
      const id = await submit(plainPlan([{}]))
      const { jobId: job, fence } = await leaseOne()
      const applied = await store.builds.apply(id, [
        { type: 'started', job, fence, at: now },
        { type: 'ended', job, fence, at: now, outcome: failed },
        { type: 'started', job, fence, at: now },
      ])
      expect(applied?.taken).toEqual([true, true, false])
      expect(applied?.effects.map(({ type }) => type)).toEqual(['job_ended', 'build_ended'])
      await expect(store.builds.apply(id, [{ type: 'leased', job, fence: 2, at: now }])).rejects.toThrow(TypeError)
    })

    test('the steps of a rendered pipeline join the build', async () => {
      const id = await submit({ kind: 'render' })
      const render = await leaseOne()
      await start(render)
      const plan = plainPlan([{}, { dependsOn: [0] }], 90)
      await store.builds.apply(id, [
        { type: 'rendered', job: render.jobId, fence: 1, at: now, plan, conditions: [true, true] },
      ])
      const seen = (await under.other.builds.load(id))?.build
      expect(seen).toMatchObject({ state: 'scheduled', deadlineAt: now + 90_000, render: { state: 'passed' } })
      expect(seen?.steps.map(({ key }) => key)).toEqual(['s0', 's1'])
      await run()
      await run()
      expect((await build(id)).state).toBe('passed')
    })

    test('no job of a held build can be leased before it is approved, not even its rendering', async () => {
      const plan = plainPlan([{}], 60)
      const planned = await submit({ kind: 'plan', plan, conditions: [true] }, 'q', true)
      const rendered = await submit({ kind: 'render' }, 'q', true)
      now += 3_600_000
      expect(await lease(5)).toEqual([])
      expect(await store.leases.overdue(now, 10)).toEqual([])
      for (const id of [planned, rendered]) {
        expect((await under.other.builds.load(id))?.build).toMatchObject({ held: true, state: 'scheduled' })
        expect((await under.other.builds.apply(id, [{ type: 'approve', at: now }]))?.taken).toEqual([true])
        expect(await build(id)).toMatchObject({ held: false })
        expect((await leaseOne()).buildId).toBe(id)
      }
      expect((await build(planned)).deadlineAt).toBe(now + 60_000)
      const late = await submit(plan, 'q', true)
      await store.builds.apply(late, [{ type: 'approval_expired', at: now }])
      expect((await under.other.builds.load(late))?.build).toMatchObject({
        state: 'canceled',
        errorCode: 'approval_expired',
      })
      expect(await lease(5)).toEqual([])
    })

    test('the known form of a build is at least as new as the leases that this process granted', async () => {
      const id = await submit(plainPlan([{}, {}]))
      await lease(1)
      expect((await under.other.builds.load(id))?.build.jobs.map(({ fence }) => fence).sort()).toEqual([0, 1])
      const one = await leaseOne('r2')
      expect((await store.builds.known(id))?.build.jobs.map(({ fence }) => fence)).toEqual([1, 1])
      expect((await under.other.builds.known(id))?.build.jobs).toHaveLength(2)
      const ended: BuildEvent = { type: 'ended', job: one.jobId, fence: 1, at: now, outcome: passed }
      await under.other.builds.apply(id, [ended])
      expect((await store.builds.load(id))?.build).toEqual((await under.other.builds.known(id))?.build)
      expect(await store.builds.known(randomUUID())).toBeUndefined()
    })

    test('G01 the output of a step is kept with its end, and shown for its newest attempt', async () => {
      const retry = { limit: 1, delaySeconds: 0 }
      const id = await submit(plainPlan([{ retry }, {}]))
      const annotations = (...texts: string[]): StepOutput['annotations'] =>
        texts.map((markdown, index) => ({ name: `n${index}`, style: 'info', markdown }))
      const endWith = ({ buildId, jobId, fence }: Lease, outcome: Outcome, ...texts: string[]) =>
        store.builds.apply(buildId, [{ type: 'ended', job: jobId, fence, at: now, outcome }], {
          jobId,
          output: { ...noOutput, annotations: annotations(...texts) },
        })
      const shown = async () => (await under.other.outputs.annotations(id)).map(({ markdown }) => markdown)
      const [first, second] = await lease(2)
      if (!first || !second) throw new Error('nothing to lease')
      await start(first)
      await start(second)
      expect((await endWith({ ...first, fence: 9 }, failed, 'stale'))?.taken).toEqual([false])
      expect(await shown()).toEqual([])
      await endWith(second, passed, 'other')
      await endWith(first, failed, 'of the first attempt')
      expect(await shown()).toEqual(['other'])
      const again = await leaseOne()
      await start(again)
      await endWith(again, passed, 'ä\n\0', 'b')
      await endWith(again, passed, 'told twice')
      expect(await shown()).toEqual([expect.stringMatching(/^ä\n[\0\uFFFD]$/), 'b', 'other'])
      const [one] = await store.outputs.annotations(id)
      expect(one).toMatchObject({ jobId: again.jobId, name: 'n0', style: 'info' })
      expect(await store.outputs.annotations(randomUUID())).toEqual([])
    })

    test('G125 the hosts that an attempt used and was refused are kept with its end', async () => {
      await submit(plainPlan([{}, {}]))
      const [first, second] = await lease(2)
      if (!first || !second) throw new Error('nothing to lease')
      await start(first)
      await start(second)
      const egress = { isBound: true, isWhole: false, used: ['a.example', 'b.example:22'], refused: ['c.example'] }
      for (const [{ buildId, jobId, fence }, left] of [
        [first, { egress }],
        [second, {}],
      ] as const) {
        const ended = { type: 'ended', job: jobId, fence, at: now, outcome: passed } as const
        await store.builds.apply(buildId, [ended], { jobId, output: { ...noOutput, ...left } })
      }
      expect(await under.other.outputs.egress(first.jobId)).toEqual(egress)
      expect(await under.other.outputs.egress(second.jobId)).toBeNull()
    })

    test('G01 the artifacts of each attempt are kept with its end', async () => {
      await submit(plainPlan([{ retry: { limit: 1, delaySeconds: 0 } }]))
      const artifact = (path: string, more: Partial<Artifact> = {}): Artifact => ({
        ...{ path, kind: 'file', bytes: 5, sha256: 'a'.repeat(64), parts: ['b'.repeat(64)], offset: 0 },
        ...{ expiresSeconds: null, ...more },
      })
      const endWith = async (outcome: Outcome, artifacts: readonly Artifact[], isStale = false) => {
        const { buildId, jobId, fence } = await leaseOne()
        const of = { job: jobId, fence, at: now }
        const ended: BuildEvent = { type: 'ended', ...of, outcome }
        const output = { jobId, output: { ...noOutput, artifacts } }
        if (isStale) await store.builds.apply(buildId, [{ ...ended, fence: 9 }], output)
        await store.builds.apply(buildId, [{ type: 'started', ...of }, ended], output)
        return jobId
      }
      const first = await endWith(failed, [artifact('log')], true)
      const large = { bytes: 10 * 1024 ** 3, parts: ['c'.repeat(64), 'd'.repeat(64)], expiresSeconds: 604_800 }
      const files = [
        artifact('a\nb', { kind: 'junit', offset: 7 }),
        artifact('ä/😀', large),
        artifact('e', { parts: [] }),
      ]
      const second = await endWith(passed, files)
      expect(await under.other.outputs.artifacts(first)).toEqual([artifact('log')])
      expect(await under.other.outputs.artifacts(second)).toEqual(files)
      expect(await store.outputs.artifacts(randomUUID())).toEqual([])
    })

    test('G01 the output of a refused end is not kept, even if other events of its job are accepted', async () => {
      const id = await submit(plainPlan([{ timeoutSeconds: 5 }]))
      const { jobId: job, fence } = await leaseOne()
      await start({ buildId: id, jobId: job, fence } as Lease)
      now += 5000
      const events: BuildEvent[] = [
        { type: 'job_deadline', job, at: now },
        { type: 'ended', job, fence: fence + 1, at: now, outcome: passed },
      ]
      const annotations = [{ name: 'n', style: 'info', markdown: 'stale' }] as const
      const applied = await store.builds.apply(id, events, { jobId: job, output: { ...noOutput, annotations } })
      expect(applied?.taken).toEqual([true, false])
      expect(await store.outputs.annotations(id)).toEqual([])
    })

    test('a build shows at most 100 annotations, and the log of the step names those that it leaves out', async () => {
      const id = await submit(plainPlan(Array.from({ length: 6 }, () => ({}))))
      const annotations = Array.from(
        { length: 19 },
        (_, n) => ({ name: `n${n}`, style: 'info', markdown: 'x' }) as const,
      )
      let last = ''
      for (const { buildId, jobId, fence } of await lease(6)) {
        const of = { job: jobId, fence, at: now }
        const events: BuildEvent[] = [
          { type: 'started', ...of },
          { type: 'ended', ...of, outcome: passed },
        ]
        await store.builds.apply(buildId, events, { jobId, output: { ...noOutput, annotations } })
        last = jobId
      }
      expect(await under.other.outputs.annotations(id)).toHaveLength(100)
      const [remark] = await store.logs.read(last, 0, 10_000)
      expect(remark?.content.toString()).toBe(
        'a build shows at most 100 annotations; left out: n5, n6, n7, n8, n9, n10, n11, n12, n13, n14, n15, n16, n17, n18\n',
      )
    })

    test('G12 chunks are read as they were written, from any position and within the requested size', async () => {
      await submit(plainPlan([{}]))
      const one = await leaseOne()
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
      const written: Chunk[] = [chunk(1, 'out'), { seq: 2, kind: 1, content: bytes, ts: null }, chunk(3, 'meta', 2)]
      expect(await store.logs.append(one, written.slice(0, 2), '259')).toBe(true)
      expect(await store.logs.append(one, written.slice(2), '300:1:2')).toBe(true)
      expect(await under.other.logs.read(one.jobId, 0, 1_000_000)).toEqual(written)
      expect(await store.logs.read(one.jobId, 1, 1_000_000)).toEqual(written.slice(1))
      expect(await store.logs.read(one.jobId, 0, 1)).toEqual(written.slice(0, 1))
      expect(await store.logs.read(one.jobId, 0, 3 + 256)).toEqual(written.slice(0, 2))
      expect(await store.logs.read(one.jobId, 3, 100)).toEqual([])
      expect(await store.logs.size(one.jobId)).toEqual({ lastSeq: 3, bytes: 3 + 256 })
      expect(await store.leases.of('r1')).toMatchObject([{ lastSeq: 3, spoolPosition: '300:1:2' }])
    })

    test('many short logs are read at once and whole, and logs with too many bytes or chunks are left out', async () => {
      await submit(plainPlan([{}, {}, {}, {}]))
      const [short, long, many, empty] = (await lease(4)) as [Lease, Lease, Lease, Lease]
      const written = [chunk(1, 'out'), chunk(2, 'meta', 2)]
      await store.logs.append(short, written, '1')
      await store.logs.append(long, [chunk(1, 'x'.repeat(101))], '1')
      const chunks = Array.from({ length: shortLogChunks + 1 }, (_, n) => chunk(n + 1, 'x'))
      await store.logs.append(many, chunks, '1')
      const ids = [short, long, many, empty].map(({ jobId }) => jobId)
      const logs = await under.other.logs.readShort(ids, 100)
      expect(logs.get(short.jobId)).toEqual(written)
      expect(logs.get(empty.jobId)).toEqual([])
      expect(logs.size).toBe(2)
    })

    test('G12 a repeated append adds nothing, and an append that leaves a gap is an error', async () => {
      await submit(plainPlan([{}]))
      const one = await leaseOne()
      await store.logs.append(one, [chunk(1, 'a')], '1')
      expect(await store.logs.append(one, [chunk(1, 'a')], '1')).toBe(true)
      expect(await store.logs.read(one.jobId, 0, 100)).toHaveLength(1)
      await expect(store.logs.append(one, [chunk(3, 'c')], '3')).rejects.toThrow('chunk 2')
      expect(await store.logs.append(one, [], '7')).toBe(true)
      expect(await store.leases.of('r1')).toMatchObject([{ lastSeq: 1, spoolPosition: '7' }])
    })

    test('G12 concurrent appends lose nothing', async () => {
      await submit(plainPlan(Array.from({ length: 8 }, () => ({}))))
      const leases = await lease(8)
      await Promise.all(
        leases.map(async (one) => {
          const calls = Array.from({ length: 20 }, (_, n) =>
            store.logs.append(one, [chunk(n + 1, `${one.jobId} ${n}`)], `${n}`),
          )
          expect(await Promise.all(calls)).toEqual(calls.map(() => true))
        }),
      )
      for (const { jobId } of leases) {
        const texts = (await store.logs.read(jobId, 0, 1_000_000)).map(({ content }) => content.toString())
        expect(texts).toEqual(Array.from({ length: 20 }, (_, n) => `${jobId} ${n}`))
      }
    })

    test('the log of a lost job gets a remark, and the next holder continues after it', async () => {
      const id = await submit(plainPlan([{}]))
      const one = await leaseOne()
      await store.logs.append(one, [chunk(1, 'a')], '1')
      await expect(store.logs.remark(one.jobId, 'no', now)).rejects.toThrow('leased')
      now += 30_000
      await store.builds.apply(id, [{ type: 'lease_lost', job: one.jobId, fence: 1, at: now }])
      await store.logs.remark(one.jobId, 'hm', now)
      const next = await leaseOne('r2')
      expect(next).toMatchObject({ lastSeq: 3, spoolPosition: '0' })
      expect(await store.logs.append(next, [chunk(4, 'b')], '1')).toBe(true)
      expect((await store.logs.read(one.jobId, 0, 1000)).map(({ seq, kind }) => [seq, kind])).toEqual([
        [1, 0],
        [2, 2],
        [3, 2],
        [4, 0],
      ])
      const texts = (await store.logs.read(one.jobId, 0, 1000)).map(({ content }) => content.toString())
      expect(texts[1]).toMatch(/^The sandbox of this job was lost[^\n]*\n$/)
      expect(texts[2]).toBe('hm\n')
      await store.logs.drop(one.jobId, 2)
      expect((await store.logs.read(one.jobId, 0, 1000)).map(({ seq }) => seq)).toEqual([3, 4])
    })

    test('announces new chunks, changed builds and ready jobs', async () => {
      const seen: string[] = []
      const offReady = store.changes.onReady(() => seen.push('ready'))
      const id = await submit(plainPlan([{}, { dependsOn: [0] }]))
      expect(seen).toEqual(['ready'])
      const offBuild = store.changes.onBuild(id, () => seen.push('build'))
      const one = await leaseOne()
      const offJob = store.changes.onJob(one.jobId, () => seen.push('job'))
      seen.length = 0
      await store.logs.append(one, [chunk(1, 'a')], '1')
      expect(seen).toEqual(['job'])
      await start(one)
      seen.length = 0
      await end(one)
      expect(seen.sort()).toEqual(['build', 'job', 'ready'])
      for (const off of [offReady, offBuild, offJob]) off()
    })

    test('a change wakes only the followers of its queue', async () => {
      const seen: string[] = []
      const offs = ['q', 'neighbour'].map((queue) => store.changes.onQueue(queue, () => seen.push(queue)))
      const id = await submit(plainPlan([{}]), 'neighbour')
      expect(seen).toEqual(['neighbour'])
      await start(await leaseOne())
      await store.builds.apply(id, [{ type: 'cancel', at: now }])
      expect(new Set(seen)).toEqual(new Set(['neighbour']))
      const told = seen.length
      for (const off of offs) off()
      await submit(plainPlan([{}]), 'neighbour')
      expect(seen).toHaveLength(told)
    })

    test('returns the snapshots that a step or retry may still start from', async () => {
      const id = await submit(plainPlan([{}, { buildsIn: 0 }, { dependsOn: [1] }]))
      const before = now
      await run({ ...passed, snapshot: `${id}-parent` })
      const live = async (since: number) => {
        const { needed, pinned, left } = await store.builds.liveSnapshots(since)
        const own = (ids: Iterable<string>) => [...ids].filter((each) => each.startsWith(id)).sort()
        return { needed: own(needed), pinned: own(pinned), left: own(left) }
      }
      const none = { needed: [], pinned: [], left: [] }
      expect(await live(now)).toEqual({ ...none, needed: [`${id}-parent`] })
      await run({ ...passed, snapshot: `${id}-leaf` })
      expect(await live(now)).toEqual(none)
      now += 10
      await run({ ...failed, snapshot: `${id}-failed` })
      expect(await live(before)).toEqual({ ...none, pinned: [`${id}-failed`], left: [`${id}-leaf`, `${id}-parent`] })
      expect(await live(now)).toEqual(none)
    })

    test('keeps the files that a step takes as inputs until it has passed', async () => {
      const inputs = [{ from: 0, path: 'x', into: '', optional: false }]
      const id = await submit(plainPlan([{}, {}, { buildsIn: 1, dependsOn: [0], inputs }]))
      await run({ ...passed, snapshot: `${id}-source` })
      await run({ ...passed, snapshot: `${id}-parent` })
      const needed = async () =>
        [...(await store.builds.liveSnapshots(now)).needed].filter((each) => each.startsWith(id)).sort()
      expect(await needed()).toEqual([`${id}-parent`, `${id}-source`])
      await run({ ...passed, snapshot: `${id}-last` })
      expect(await needed()).toEqual([])
    })

    test('G10 after any events, two views of a build agree, its state is the fold of its jobs, and leases and ready jobs match them', async () => {
      for (let seed = 0; seed < scaled(3); seed++) {
        const roll = dice(seed)
        const id = await submit(
          plainPlan(
            Array.from({ length: 12 }, (_, index) => ({
              dependsOn: index > 1 && roll() < 0.7 ? [Math.floor(roll() * index)] : [],
              retry: roll() < 0.5 ? { limit: 1, delaySeconds: 0 } : null,
              softFail: roll() < 0.3 ? (true as const) : null,
            })),
          ),
        )
        for (let n = 0; n < 60; n++) {
          const view = n % 2 === 0 ? store : under.other
          now += 1
          if (roll() < 0.5) await view.leases.take('r1', 2, now)
          const events: BuildEvent[] = []
          for (const job of (await build(id)).jobs) {
            if (roll() < 0.6) continue
            const of = { job: job.id, fence: job.fence, at: now }
            if (job.state === 'assigned') events.push({ type: 'started', ...of })
            else if (roll() < 0.7) events.push({ type: 'ended', ...of, outcome: roll() < 0.7 ? passed : failed })
            else if (roll() < 0.2) events.push({ type: 'retry', job: job.id, at: now })
          }
          if (n === 45 && seed % 2 === 0) events.push({ type: 'cancel', at: now })
          await view.builds.apply(id, events)
          const seen = await build(id)
          expect((await under.other.builds.load(id))?.build).toEqual(seen)
          expect(seen.state).toBe(foldBuild(seen.jobs, seen))
        }
        const { jobs } = await build(id)
        const idsOf = (wanted: (job: Job) => boolean) =>
          jobs
            .filter(wanted)
            .map((job) => job.id)
            .sort()
        expect((await store.leases.of('r1')).map(({ jobId }) => jobId).sort()).toEqual(
          idsOf(({ state }) => isHeld(state)),
        )
        const scheduled = idsOf(({ state }) => state === 'scheduled')
        expect((await store.leases.take('r9', 100, now)).map(({ jobId }) => jobId).sort()).toEqual(scheduled)
        expect(
          (await store.builds.jobs(id))
            .filter(({ state }) => isTerminal(state))
            .every(({ finishedAt }) => finishedAt !== null),
        ).toBe(true)
        await finishEverything()
      }
    })
  })
}
