/** Declares the behavior of build groups that every store must provide. `storeSuite` calls it. */
import { randomUUID } from 'node:crypto'
import type { WhenFull } from '@harmont/ir'
import { expect, test } from 'vitest'
import { buildGroupOf } from './core/build-group.ts'
import { createBuild, type NewBuild } from './core/create-build.ts'
import { defaultLimits } from './core/limits.ts'
import type { Build } from './core/model.ts'
import { plainPlan } from './core/random-plan.test-support.ts'
import { isHeld } from './core/states.ts'
import { plainContext } from './plain-context.test-support.ts'
import type { Lease } from './store.ts'
import type { StoreUnderTest } from './store-under-test.test-support.ts'

const passed = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const
const failed = { ...passed, exitCode: 1 }

/** Declares the tests. `open` returns the store without ready jobs. */
export function groupSuite(open: () => StoreUnderTest): void {
  // The store assigns places by its own clock.
  const now = () => Date.now() + 60_000
  const facts = { pipeline: 'p', branch: null, tag: null, pullRequest: null, event: 'push', claimant: null }
  const groupNamed = (group: string, limit = 1, whenFull: WhenFull = 'queue') =>
    buildGroupOf({ group, limit, whenFull }, facts)

  let made = 0
  async function submit(from: NewBuild['from'], held = false): Promise<string> {
    const id = randomUUID()
    const context = { newId: () => randomUUID(), limits: defaultLimits }
    // Creates each build at a later instant than the previous one, however fast they are created.
    const at = Date.now() + made++
    await open().submit(createBuild({ id, queue: 'q', at, held, from }, context), plainContext)
    return id
  }
  const inGroup = (name: string, limit = 1, whenFull: WhenFull = 'queue', timeoutSeconds: number | null = null) =>
    submit({
      kind: 'plan',
      plan: plainPlan([{}], timeoutSeconds),
      conditions: [true],
      group: groupNamed(name, limit, whenFull),
    })
  async function build(id: string): Promise<Build> {
    const loaded = await open().store.builds.load(id)
    if (loaded === undefined) throw new Error(`no build ${id}`)
    return loaded.build
  }
  const states = (...ids: readonly string[]) =>
    Promise.all(
      ids.map(async (id) => {
        const { state, awaitsPlace } = await build(id)
        return state === 'scheduled' && awaitsPlace ? 'waits' : state
      }),
    )
  async function start(buildId: string): Promise<Lease> {
    const leases = await open().store.leases.take('r', 1, now())
    const [lease] = leases
    expect(leases.map((each) => each.buildId)).toEqual([buildId])
    if (lease === undefined) throw new Error('nothing to lease')
    await open().store.builds.apply(buildId, [{ type: 'started', job: lease.jobId, fence: lease.fence, at: now() }])
    return lease
  }
  const end = ({ buildId, jobId: job, fence }: Lease, outcome: typeof passed | typeof failed = passed) =>
    open().store.builds.apply(buildId, [{ type: 'ended', job, fence, at: now(), outcome }])
  const tell = (id: string, type: 'cancel' | 'approve') => open().store.builds.apply(id, [{ type, at: now() }])
  /** Ends the builds that a test left. */
  async function sweep(...ids: readonly string[]): Promise<void> {
    for (const id of ids.toReversed()) {
      await tell(id, 'cancel')
      const running = (await build(id)).jobs.filter(({ state }) => isHeld(state))
      for (const { id: job, fence } of running)
        await open().store.builds.apply(id, [{ type: 'ended', job, fence, at: now(), outcome: passed }])
    }
  }

  test('G05 builds of a group run in order, one after the other, and builds of other groups run at the same time', async () => {
    const [a, b, c, other] = [await inGroup('g'), await inGroup('g'), await inGroup('g'), await inGroup('h')]
    expect(await states(a, b, c, other)).toEqual(['scheduled', 'waits', 'waits', 'scheduled'])
    const first = await start(a)
    await end(await start(other))
    expect(await open().store.leases.take('r', 5, now())).toEqual([])
    await end(first)
    expect(await states(a, b, c)).toEqual(['passed', 'scheduled', 'waits'])
    await end(await start(b), failed)
    await end(await start(c))
    expect(await states(a, b, c)).toEqual(['passed', 'failed', 'passed'])
  })

  test('G05 the lowest limit of the running and waiting builds of a group holds', async () => {
    const wide = [await inGroup('g', 3), await inGroup('g', 3)] as const
    const narrow = await inGroup('g', 1)
    const last = await inGroup('g', 3)
    expect(await states(...wide, narrow, last)).toEqual(['scheduled', 'scheduled', 'waits', 'waits'])
    const leases = await open().store.leases.take('r', 5, now())
    for (const { buildId, jobId: job, fence } of leases)
      await open().store.builds.apply(buildId, [{ type: 'started', job, fence, at: now() }])
    for (const lease of leases) await end(lease)
    expect(await states(narrow, last)).toEqual(['scheduled', 'waits'])
    await end(await start(narrow))
    await end(await start(last))
  })

  test('the timeout of a build does not run while it waits, and a waiting build can be canceled', async () => {
    const [a, b, c] = [await inGroup('g'), await inGroup('g', 1, 'queue', 60), await inGroup('g', 1, 'queue', 60)]
    const first = await start(a)
    expect(await build(b)).toMatchObject({ awaitsPlace: true, deadlineAt: null, startedAt: null })
    expect(await open().store.leases.overdue(now() + 3_600_000, 10)).not.toContainEqual(
      expect.objectContaining({ buildId: b }),
    )
    await tell(b, 'cancel')
    expect(await states(b)).toEqual(['canceled'])
    await end(first)
    expect((await build(c)).deadlineAt).toBeGreaterThan(Date.now() + 50_000)
    await end(await start(c))
  })

  test('G05 a newer build cancels the waiting ones, and waits for the running one', async () => {
    const [a, b] = [await inGroup('g'), await inGroup('g')]
    const first = await start(a)
    const c = await inGroup('g', 1, 'cancel_waiting')
    expect(await states(a, b, c)).toEqual(['running', 'canceled', 'waits'])
    expect(await build(b)).toMatchObject({
      errorCode: 'superseded',
      errorMessage: 'Superseded by a newer build in the concurrency group `g`.',
    })
    await end(first)
    await end(await start(c))
    expect(await states(a, c)).toEqual(['passed', 'passed'])
  })

  test('G05 a newer build cancels the running one too, and waits until that has ended', async () => {
    const [a, b] = [await inGroup('g'), await inGroup('g')]
    const first = await start(a)
    const c = await inGroup('g', 1, 'cancel_running')
    expect(await states(a, b, c)).toEqual(['canceling', 'canceled', 'waits'])
    expect(await open().store.leases.take('r', 5, now())).toEqual([])
    await end(first)
    expect(await states(a, c)).toEqual(['canceled', 'scheduled'])
    expect(await build(a)).toMatchObject({ errorCode: 'superseded' })
    await end(await start(c))
  })

  test('a retry of an ended build waits for a place again, and cancels no build', async () => {
    const a = await inGroup('g', 1, 'cancel_running', 60)
    await end(await start(a), failed)
    const b = await inGroup('g', 1, 'cancel_running')
    const second = await start(b)
    const [job] = (await build(a)).jobs
    await open().store.builds.apply(a, [{ type: 'retry', job: job?.id ?? '', at: now() }])
    expect(await build(a)).toMatchObject({ awaitsPlace: true, finishedAt: null, deadlineAt: null })
    expect(await states(b)).toEqual(['running'])
    expect(await open().store.leases.take('r', 5, now())).toEqual([])
    await end(second)
    expect((await build(a)).deadlineAt).not.toBeNull()
    await end(await start(a))
    expect(await states(a, b)).toEqual(['passed', 'passed'])
    expect((await open().other.builds.load(a))?.build.group).toMatchObject({ name: 'g', whenFull: 'cancel_running' })
  })

  test('approval comes before a place in the group, and rendering needs none', async () => {
    const a = await inGroup('g')
    const group = groupNamed('g')
    const held = await submit({ kind: 'plan', plan: plainPlan([{}]), conditions: [true], group }, true)
    const first = await start(a)
    expect(await build(held)).toMatchObject({ held: true, awaitsPlace: false })
    await tell(held, 'approve')
    expect(await build(held)).toMatchObject({ held: false, awaitsPlace: true, state: 'scheduled' })
    const rendered = await submit({ kind: 'render' })
    const { jobId: job, fence } = await start(rendered)
    await open().store.builds.apply(rendered, [
      { type: 'rendered', job, fence, at: now(), plan: plainPlan([{}]), conditions: [true], group },
    ])
    expect(await states(held, rendered)).toEqual(['waits', 'waits'])
    await end(first)
    expect(await states(held, rendered)).toEqual(['scheduled', 'waits'])
    await sweep(a, held, rendered)
    expect(await states(held, rendered)).toEqual(['canceled', 'canceled'])
  })

  test('a build in which all steps are skipped needs no place', async () => {
    const a = await inGroup('g')
    const skipped = await submit({
      kind: 'plan',
      plan: plainPlan([{}]),
      conditions: [false],
      group: groupNamed('g', 1, 'cancel_running'),
    })
    expect(await states(a, skipped)).toEqual(['scheduled', 'passed'])
    await end(await start(a))
  })
}
