/** Declares the behavior of job groups that every store must provide. `storeSuite` calls it. */
import { randomUUID } from 'node:crypto'
import type { StepConcurrency } from '@harmont/ir'
import { scaled, seed } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBuild } from './core/create-build.ts'
import { defaultLimits } from './core/limits.ts'
import { plainPlan } from './core/random-plan.test-support.ts'
import { plainContext } from './plain-context.test-support.ts'
import { randomLives } from './random-lives.test-support.ts'
import type { Lease } from './store.ts'
import type { StoreUnderTest } from './store-under-test.test-support.ts'
import { untilSeen } from './until-seen.test-support.ts'

const exited = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const

/** Number of random sequences of builds in the model test. */
export const gateRuns = scaled(4)

/** Declares the tests. `open` returns the store without ready jobs. */
export function gateSuite(open: () => StoreUnderTest): void {
  let now = 1_600_000_000_000

  async function submit(steps: Parameters<typeof plainPlan>[0], pipeline = 'p', queue = 'q'): Promise<string> {
    const id = randomUUID()
    const from = { kind: 'plan', plan: plainPlan(steps), conditions: steps.map(() => true) } as const
    const context = { newId: () => randomUUID(), limits: defaultLimits }
    now++
    await open().submit(createBuild({ id, queue, pipeline, at: now, held: false, from }, context), plainContext)
    return id
  }
  const inGroup = (limit = 1, scope: StepConcurrency['scope'] = 'pipeline', group = 'deploy') => ({
    concurrency: { group, limit, scope },
  })
  const lease = (slots = 9, view = open().store) => view.leases.take('r', slots, now)
  async function one(): Promise<Lease> {
    const [first, ...more] = await lease()
    if (!first || more.length > 0) throw new Error(`expected one lease, got ${first ? 1 + more.length : 0}`)
    return first
  }
  const end = ({ buildId, jobId: job, fence }: Lease, exitCode = 0) =>
    open().store.builds.apply(buildId, [
      { type: 'started', job, fence, at: now },
      { type: 'ended', job, fence, at: now, outcome: { ...exited, exitCode } },
    ])
  async function stepOf({ buildId, jobId }: Lease): Promise<number> {
    return (await open().store.builds.jobs(buildId)).find(({ id }) => id === jobId)?.step ?? -1
  }

  test('G05 a group runs as many jobs as its limit, in the order of builds and then of steps, and delays no other jobs', async () => {
    const first = await submit([inGroup(), inGroup(), {}])
    const second = await submit([inGroup()])
    const elsewhere = await submit([inGroup()], 'another')
    const leases = await lease()
    expect(leases.map(({ buildId }) => buildId).sort()).toEqual([first, first, elsewhere].sort())
    expect(await lease(9, open().other)).toEqual([])
    const mine = leases.filter(({ buildId }) => buildId === first)
    expect((await Promise.all(mine.map(stepOf))).sort()).toEqual([0, 2])
    for (const each of leases) await end(each)
    const next = await one()
    expect([next.buildId, await stepOf(next)]).toEqual([first, 1])
    await end(next)
    const last = await one()
    expect(last.buildId).toBe(second)
    await end(last)
  })

  test('G05 an earlier build goes first even if its job became ready last, and so does an earlier step', async () => {
    const first = await submit([{}, { ...inGroup(2), dependsOn: [0] }, inGroup(2)])
    const second = await submit([inGroup(2)])
    const [ready, ...others] = await lease(1)
    if (!ready || others.length > 0) throw new Error('expected one lease')
    now++
    await end(ready)
    const leases = [...(await lease(1)), ...(await lease(1))]
    expect(leases.map(({ buildId }) => buildId)).toEqual([first, first])
    expect(await Promise.all(leases.map(stepOf))).toEqual([1, 2])
    for (const each of leases) await end(each)
    const last = await one()
    expect(last.buildId).toBe(second)
    await end(last)
  })

  test('G05 a job counts in its group until none of its processes can run', async () => {
    const first = await submit([inGroup()])
    const second = await submit([inGroup()])
    const held = await one()
    await open().store.builds.apply(first, [{ type: 'started', job: held.jobId, fence: held.fence, at: now }])
    await open().store.builds.apply(first, [{ type: 'cancel', at: now }])
    expect(await lease()).toEqual([])
    now += 20_000
    await open().store.builds.apply(first, [{ type: 'kill_overdue', job: held.jobId, at: now }])
    const next = await one()
    expect(next.buildId).toBe(second)
    await end(next)
  })

  test('G05 with different limits, the lowest one of the running and waiting jobs of a group holds', async () => {
    const wide = await submit([inGroup(3), inGroup(3)])
    const narrow = await submit([inGroup(1)])
    const first = await one()
    expect(first.buildId).toBe(wide)
    await open().store.builds.apply(narrow, [{ type: 'cancel', at: now }])
    const second = await one()
    expect(second.buildId).toBe(wide)
    for (const each of [first, second]) await end(each)
  })

  test('G05 a group of the organization covers all its pipelines but no other organization', async () => {
    await submit([inGroup(1, 'organization')], 'one')
    await submit([inGroup(1, 'organization')], 'two')
    await submit([inGroup(1, 'organization')], 'three', 'another')
    const leases = await lease()
    expect(leases).toHaveLength(2)
    for (const each of leases) await end(each)
    await end(await one())
  })

  test('G05 a job in its retry delay does not delay its group, and is the first once the delay is over', async () => {
    const first = await submit([{ ...inGroup(), retry: { limit: 1, delaySeconds: 10 } }])
    const second = await submit([inGroup(), inGroup()])
    await end(await one(), 1)
    expect(await open().store.leases.nextReadyAt()).toBe(now + 10_000)
    expect(await open().store.builds.waits(first, now)).toEqual(new Map())
    const overtook = await one()
    expect(overtook.buildId).toBe(second)
    now += 10_000
    expect(await lease()).toEqual([])
    expect([...(await open().store.builds.waits(first, now)).values()]).toMatchObject([{ ahead: 0, running: 1 }])
    // The job's time has come, so no timer is needed for it.
    expect(await open().store.leases.nextReadyAt()).toBeNull()
    await end(overtook)
    const retried = await one()
    expect(retried.buildId).toBe(first)
    await end(retried)
    await end(await one())
  })

  test('G05 a waiting job reports what it waits for, which jobs hold the group, and how many come before', async () => {
    const first = await submit([inGroup(2), inGroup(2)])
    const second = await submit([inGroup(2), {}, inGroup(2)])
    const leases = await lease()
    const deploys = leases.filter(({ buildId }) => buildId === first)
    const [a, , b] = (await open().store.builds.jobs(second)).map(({ id }) => id)
    const facts = { reason: 'concurrency_group', group: 'deploy', limit: 2, running: 2 }
    const waits = await open().other.builds.waits(second, now)
    expect([...waits.keys()].sort()).toEqual([a, b].sort())
    expect(waits.get(a ?? '')).toMatchObject({ ...facts, ahead: 0 })
    expect(waits.get(b ?? '')).toMatchObject({ ...facts, ahead: 1 })
    expect(
      waits
        .get(a ?? '')
        ?.holders.map(({ jobId }) => jobId)
        .sort(),
    ).toEqual(deploys.map(({ jobId }) => jobId).sort())
    for (const each of leases) await end(each)
    for (const each of await lease()) await end(each)
  })

  test('G05 runners that look for work are woken when a group has room', async () => {
    const first = await submit([inGroup(), inGroup()])
    const held = await one()
    expect(await lease()).toEqual([])
    const woken = Promise.withResolvers<void>()
    const off = open().other.changes.onReady(woken.resolve)
    await end(held)
    await woken.promise
    off()
    const next = await one()
    expect(next.buildId).toBe(first)
    await end(next)
  })

  test('G05 random sequences of builds in groups never exceed the limit, keep waiting jobs in order, end, and report correct reasons', {
    timeout: 60_000 + gateRuns * 20_000,
  }, async () => {
    const seen = new Set<string>()
    const lives = randomLives(open, now, (what) => seen.add(what))
    await untilSeen(['lost', 'concurrency_group first', 'concurrency_group behind'], seen, (go) =>
      fc.assert(lives, { numRuns: gateRuns, seed: seed + go, endOnFailure: true }),
    )
  })
}
