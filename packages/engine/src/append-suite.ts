/** Declares the behavior of appended steps that every store must provide. `storeSuite` calls it. */
import { randomUUID } from 'node:crypto'
import type { PlannedStep } from '@harmont/ir'
import { expect, test } from 'vitest'
import { createBuild } from './core/create-build.ts'
import { defaultLimits } from './core/limits.ts'
import type { AppendRequest, BuildEvent } from './core/model.ts'
import { plainPlan } from './core/random-plan.test-support.ts'
import { plainContext } from './plain-context.test-support.ts'
import type { Lease } from './store.ts'
import type { StoreUnderTest } from './store-under-test.test-support.ts'

const append = { max: 1_000, secrets: [], idTokens: [], egress: null } as const

/** Declares the tests. `open` returns a store that may contain builds of other suites. */
export function appendSuite(open: () => StoreUnderTest): void {
  let now = 2_700_000_000_000
  const store = () => open().store
  const queue = `append-${randomUUID()}`

  async function submit(
    steps: readonly Partial<PlannedStep>[],
    conditions: readonly boolean[] = steps.map(() => true),
  ): Promise<string> {
    const id = randomUUID()
    now += 1_000
    const from = { kind: 'plan', plan: plainPlan(steps), conditions } as const
    const context = { newId: () => randomUUID(), limits: defaultLimits }
    await open().submit(createBuild({ id, queue, at: now, held: false, from }, context), plainContext)
    return id
  }
  async function leaseAll(buildId: string): Promise<readonly Lease[]> {
    const reach = { pool: null, labels: null, queues: [queue] }
    return (await store().leases.take('appender', 5_000, now, reach)).filter((one) => one.buildId === buildId)
  }
  const ends = ({ jobId: job, fence }: Lease, appends?: AppendRequest, exitCode = 0): readonly BuildEvent[] => {
    const snapshot = exitCode === 0 ? `of ${job}` : null
    const outcome = { kind: 'exited', exitCode, signal: null, limit: null, snapshot } as const
    return [
      { type: 'started', job, fence, at: now },
      { type: 'ended', job, fence, at: now, outcome, ...(appends && { appends }) },
    ]
  }
  const fails = (lease: Lease) => ends(lease, undefined, 1)
  const asked = (keys: readonly string[], more: Partial<PlannedStep> = {}): AppendRequest => {
    const { steps } = plainPlan(keys.map((key) => ({ key, image: null, ...more })))
    return { kind: 'steps', plan: { steps, references: [], warnings: [] }, conditions: keys.map(() => true) }
  }
  const loaded = async (id: string, from = open().other) => {
    const found = await from.builds.load(id)
    if (found === undefined) throw new Error(`expected the build ${id}`)
    return found.build
  }
  async function leaseOne(id: string): Promise<Lease> {
    const [one] = await leaseAll(id)
    if (one === undefined) throw new Error(`expected that a job of ${id} is ready`)
    return one
  }

  test('G117 appended steps become visible to every process at once, in one change and only once', async () => {
    const id = await submit([
      { key: 'plan', append },
      { key: 'deploy', dependsOn: [0], afterAppended: [0] },
    ])
    // Another process still has the build without the appended steps.
    expect((await loaded(id)).steps).toHaveLength(2)
    const lease = await leaseOne(id)
    const events = ends(lease, asked(['a', 'b']))
    const applied = await store().builds.apply(id, events)
    expect(applied?.taken).toEqual([true, true])
    expect(applied?.changed.map(({ step, state }) => [step, state])).toEqual([
      [0, 'passed'],
      [2, 'scheduled'],
      [3, 'scheduled'],
    ])
    const build = await loaded(id)
    expect(build.steps.map(({ key, buildsIn, appendedBy }) => [key, buildsIn, appendedBy])).toEqual([
      ['plan', null, undefined],
      ['deploy', null, undefined],
      ['a', 0, { step: 0, job: lease.jobId }],
      ['b', 0, { step: 0, job: lease.jobId }],
    ])
    expect(build.jobs.map(({ state }) => state)).toEqual(['passed', 'pending', 'scheduled', 'scheduled'])
    expect((await store().builds.apply(id, events))?.taken).toEqual([false, false])
    expect((await loaded(id)).steps).toHaveLength(4)
    for (const one of await leaseAll(id)) await open().other.builds.apply(id, ends(one))
    expect((await loaded(id, store())).jobs.map(({ state }) => state)).toEqual([
      ...['passed', 'scheduled', 'passed', 'passed'],
    ])
    for (const one of await leaseAll(id)) await store().builds.apply(id, ends(one))
    expect((await loaded(id)).state).toBe('passed')
  })

  test('G117 two generators that end at the same time both append, in some order', async () => {
    const id = await submit([
      { key: 'one', append },
      { key: 'two', append },
    ])
    const leases = await leaseAll(id)
    const keys = ['a', 'b']
    await Promise.all(
      leases.map((lease, index) => {
        const each = index === 0 ? store() : open().other
        return each.builds.apply(id, ends(lease, asked([`${keys[index]}1`, `${keys[index]}2`])))
      }),
    )
    for (const each of [store(), open().other]) {
      const { steps, jobs } = await loaded(id, each)
      expect(steps.map(({ key }) => key).toSorted()).toEqual(['a1', 'a2', 'b1', 'b2', 'one', 'two'])
      for (const [slot, { appendedBy }] of steps.entries())
        if (slot >= 2) expect(jobs[appendedBy?.step ?? -1]?.id).toBe(appendedBy?.job)
      expect(jobs.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5])
    }
  })

  test('G05 appended steps take their turns in their concurrency group', async () => {
    const id = await submit([{ key: 'plan', append }])
    const concurrency = { group: `g-${id}`, limit: 1, scope: 'pipeline' } as const
    await store().builds.apply(id, ends(await leaseOne(id), asked(['a', 'b'], { image: 'host', concurrency })))
    for (const key of ['a', 'b']) {
      const leases = await leaseAll(id)
      const { steps, jobs } = await loaded(id)
      expect(leases.map(({ jobId }) => steps[jobs.findIndex((job) => job.id === jobId)]?.key)).toEqual([key])
      for (const one of leases) await store().builds.apply(id, ends(one))
    }
    expect((await loaded(id)).state).toBe('passed')
  })

  test('the files of every step are kept until no generator can append a step that starts from them', async () => {
    const id = await submit([{ key: 'plan', append }, { key: 'deps' }, { key: 'slow' }])
    const [plan, deps] = await leaseAll(id)
    if (plan === undefined || deps === undefined) throw new Error('expected three ready jobs')
    await store().builds.apply(id, ends(deps))
    const needed = async () => (await store().builds.liveSnapshots(now)).needed
    expect(await needed()).toContain(`of ${deps.jobId}`)
    await store().builds.apply(id, ends(plan, asked([])))
    expect(await needed()).not.toContain(`of ${deps.jobId}`)
  })

  test('the files of every step are kept after a generator has failed, because a retry may append to them', async () => {
    const id = await submit([{ key: 'plan', append }, { key: 'deps' }])
    const [plan, deps] = await leaseAll(id)
    if (plan === undefined || deps === undefined) throw new Error('expected two ready jobs')
    await store().builds.apply(id, ends(deps))
    await store().builds.apply(id, fails(plan))
    expect((await loaded(id)).state).toBe('failed')
    expect((await store().builds.liveSnapshots(now - 1)).pinned).toContain(`of ${deps.jobId}`)
    await store().builds.apply(id, [{ type: 'retry', job: plan.jobId, at: now }])
    await store().builds.apply(id, ends(await leaseOne(id), asked([])))
    expect((await loaded(id)).state).toBe('passed')
    const { pinned, left } = await store().builds.liveSnapshots(now - 1)
    expect(pinned).not.toContain(`of ${deps.jobId}`)
    expect(left).toContain(`of ${deps.jobId}`)
  })

  test('a generator that its condition has skipped keeps no files', async () => {
    const id = await submit([{ key: 'plan', append }, { key: 'deps' }], [false, true])
    const deps = await leaseOne(id)
    await store().builds.apply(id, ends(deps))
    expect((await loaded(id)).state).toBe('passed')
    const { pinned, left } = await store().builds.liveSnapshots(now - 1)
    expect(pinned).not.toContain(`of ${deps.jobId}`)
    expect(left).toContain(`of ${deps.jobId}`)
  })
}
