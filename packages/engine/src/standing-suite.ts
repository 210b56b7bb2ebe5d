/** Declares the behavior of stalled builds that every store must provide. `storeSuite` calls it. */
import { randomUUID } from 'node:crypto'
import type { PlannedStep } from '@harmont/ir'
import { expect, test } from 'vitest'
import { abandonBuilds } from './abandon-builds.ts'
import type { BuildGroup } from './core/build-group.ts'
import { createBuild } from './core/create-build.ts'
import { defaultLimits } from './core/limits.ts'
import { plainPlan } from './core/random-plan.test-support.ts'
import { plainContext } from './plain-context.test-support.ts'
import type { Lease } from './store.ts'
import type { StoreUnderTest } from './store-under-test.test-support.ts'

const exited = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const
const hour = 3_600_000

/** Declares the tests. `open` returns a store that may contain stalled builds of other suites. */
export function standingSuite(open: () => StoreUnderTest): void {
  let now = 2_000_000_000_000
  const warnings: unknown[] = []
  const store = () => open().store
  const log = (...warning: readonly unknown[]) => void warnings.push(warning)

  interface Wish {
    readonly held?: boolean
    readonly group?: BuildGroup
    readonly pipeline?: string
  }
  async function submit(steps: readonly Partial<PlannedStep>[], { held = false, group, pipeline = 'p' }: Wish = {}) {
    const id = randomUUID()
    now++
    const from = { kind: 'plan', plan: plainPlan(steps), conditions: steps.map(() => true), group } as const
    const context = { newId: () => randomUUID(), limits: defaultLimits }
    await open().submit(createBuild({ id, queue: 'standing', pipeline, at: now, held, from }, context), plainContext)
    return id
  }
  const build = async (id: string) => {
    const found = await open().other.builds.load(id)
    if (found === undefined) throw new Error(`no build ${id}`)
    return found.build
  }
  /** Returns the states of these builds. */
  const states = async (...ids: readonly string[]) => Promise.all(ids.map(async (id) => (await build(id)).state))
  /** Leases the only ready job. */
  async function leaseOf(id: string, runner = 'r'): Promise<Lease> {
    const [lease, ...more] = await store().leases.take(runner, 2, now)
    if (lease?.buildId !== id || more.length > 0) throw new Error(`expected that one job of ${id} is ready`)
    return lease
  }
  async function end({ buildId, jobId: job, fence }: Lease, outcome = exited): Promise<void> {
    await store().builds.apply(buildId, [
      { type: 'started', job, fence, at: now },
      { type: 'ended', job, fence, at: now, outcome },
    ])
  }
  const abandon = (afterMs = 72 * hour, view = store()) => abandonBuilds({ store: view, afterMs, log }, now)
  /**
   * Lets this many hours pass, in which the builds are watched every few minutes and no runner
   * works.
   */
  async function watchFor(hours: number): Promise<void> {
    for (const end = now + hours * hour; now < end; ) {
      now += hour / 6
      await store().builds.watch(now)
    }
  }
  /** Abandons every build that is stalled by now, so that a test meets only its own builds. */
  async function clear(): Promise<void> {
    // An abandoned build may let another one continue.
    do await watchFor(3)
    while ((await abandon(hour)) > 0)
  }

  test('a stalled build is one in which nothing has changed and no job runs', async () => {
    await clear()
    const group: BuildGroup = { key: randomUUID(), name: 'deploy', limit: 1, whenFull: 'queue' }
    const leased = await submit([{}])
    const lease = await leaseOf(leased)
    const ready = await submit([{}, { buildsIn: 0 }])
    const held = await submit([{}], { held: true })
    const placed = await submit([{}], { group })
    const placeless = await submit([{}], { group })
    const since = now
    now += hour
    const fresh = await submit([{}])
    const standing = async (isIdle = true) => {
      const found = await store().builds.standing(since, isIdle, 1000)
      return [ready, leased, held, placed, placeless, fresh].filter((id) => found.includes(id))
    }
    expect(await standing()).toEqual([ready, placed])
    // A working runner would take these builds.
    expect(await standing(false)).toEqual([])
    await end(lease)
    expect(await standing()).toEqual([ready, placed])
    expect(await store().builds.standing(since, true, 1)).toHaveLength(1)
  })

  test('G17 a build is abandoned if no runner has taken it for the whole time, and states what it waited for', async () => {
    await clear()
    const concurrency = { group: 'deploy', limit: 1, scope: 'pipeline' as const }
    const [first, second] = [await submit([{ concurrency }]), await submit([{ concurrency }, { buildsIn: 0 }])]
    await watchFor(71)
    expect(await abandon()).toBe(0)
    await watchFor(2)
    expect(await abandon()).toBe(2)
    expect(await abandon()).toBe(0)
    const [one, two] = [await build(first), await build(second)]
    expect(one).toMatchObject({ state: 'failed', errorCode: 'build_abandoned', finishedAt: now })
    expect(one.jobs[0]?.errorMessage).toMatch(
      /Abandoned after 73 hours without progress\. It was ready, but no runner took it\.$/,
    )
    expect(two.jobs.map(({ state }) => state)).toEqual(['failed', 'skipped'])
    expect(two.errorMessage).toMatch(
      /It waited for the concurrency group `deploy` \(1 at a time\), and no runner took the jobs ahead of it\.$/,
    )
    // No job of the builds is left, and the group is free.
    const third = await submit([{ concurrency }])
    const lease = await leaseOf(third)
    await end(lease)
    const job = one.jobs[0]?.id ?? ''
    expect((await store().builds.apply(first, [{ type: 'retry', job, at: now }]))?.taken).toEqual([true])
    await end(await leaseOf(first))
    expect(await states(first, third)).toEqual(['passed', 'passed'])
  })

  test('G17 a build that requests a missing kind of runner is abandoned with that reason, even if others work', async () => {
    await clear()
    const waiting = await submit([{ runsOn: { pool: 'gpu', labels: ['big', 'new'] } }])
    const fitting = await submit([{ runsOn: { pool: 'gpu', labels: ['big'] } }])
    const working = await submit([{}])
    const reach = { pool: 'gpu', labels: ['big'], queues: null }
    const [lease] = await store().leases.take('long', 1, now, { ...reach, pool: 'default' })
    if (lease?.buildId !== working) throw new Error('expected the job of the third build')
    await store().builds.apply(working, [{ type: 'started', job: lease.jobId, fence: lease.fence, at: now }])
    let abandoned = 0
    for (let hours = 0; hours < 80; hours++) {
      await store().leases.renew('long', now + hour)
      await store().runners.seen('other', reach, now)
      await watchFor(1)
      abandoned += await abandon()
    }
    expect([abandoned, ...(await states(waiting, fitting, working))]).toEqual([1, 'failed', 'scheduled', 'running'])
    expect((await build(waiting)).errorMessage).toContain(
      'It waited for a runner of the pool `gpu` with the labels `big`, `new`, and none came.',
    )
    for (const id of [fitting, working]) await store().builds.apply(id, [{ type: 'cancel', at: now }])
    await store().builds.apply(working, [{ type: 'kill_overdue', job: lease.jobId, at: now + hour }])
  })

  test('G17 a build that waits behind working runners is not abandoned, however long that takes', async () => {
    await clear()
    const concurrency = { group: 'long', limit: 1, scope: 'pipeline' as const }
    const holder = await submit([{ concurrency }])
    const lease = await leaseOf(holder, 'long')
    const [waiting, other] = [await submit([{ concurrency }]), await submit([{}])]
    await store().builds.apply(holder, [{ type: 'started', job: lease.jobId, fence: lease.fence, at: now }])
    for (let hours = 0; hours < 100; hours++) {
      // The runner of the job renews the lease every few seconds.
      await store().leases.renew('long', now + hour)
      await watchFor(1)
      expect(await abandon()).toBe(0)
    }
    await store().builds.apply(holder, [
      { type: 'ended', job: lease.jobId, fence: lease.fence, at: now, outcome: exited },
    ])
    expect(await states(holder, waiting, other)).toEqual(['passed', 'scheduled', 'scheduled'])
    // No runner works after this point.
    await watchFor(71)
    expect(await abandon()).toBe(0)
    await watchFor(2)
    expect(await abandon()).toBe(2)
  })

  test('G17 unwatched time does not count, so that after a week of downtime no build is abandoned at once', async () => {
    await clear()
    const id = await submit([{}])
    await watchFor(50)
    now += 7 * 24 * hour
    expect(await abandon()).toBe(0)
    await watchFor(71)
    expect(await abandon()).toBe(0)
    await watchFor(2)
    expect(await abandon()).toBe(1)
    expect(await states(id)).toEqual(['failed'])
  })

  test('G17 two processes that check at the same time abandon each build once', async () => {
    await clear()
    const ids = await Promise.all(Array.from({ length: 30 }, () => submit([{}, { buildsIn: 0 }])))
    await watchFor(73)
    const counts = await Promise.all([
      abandon(),
      abandon(72 * hour, open().other),
      abandon(),
      abandon(72 * hour, open().other),
    ])
    expect(counts.reduce((sum, count) => sum + count)).toBe(30)
    expect(new Set(await states(...ids))).toEqual(new Set(['failed']))
    expect(warnings).toEqual([])
  })

  test('G17 a build whose runner comes back at the same moment is either leased or abandoned, but never both', async () => {
    await clear()
    const ids = new Set(await Promise.all(Array.from({ length: 20 }, () => submit([{}]))))
    await watchFor(73)
    const [, leases] = await Promise.all([abandon(), open().other.leases.take('back', 20, now)])
    const leased = new Set(leases.map(({ buildId }) => buildId))
    for (const id of ids) expect((await build(id)).state).toBe(leased.has(id) ? 'running' : 'failed')
    for (const lease of leases) await end(lease)
  })
}
