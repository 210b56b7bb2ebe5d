/** Declares the behavior of services that every store must provide. `storeSuite` calls it. */
import { randomUUID } from 'node:crypto'
import type { PlannedStep } from '@harmont/ir'
import type { Chunk } from '@harmont/logs'
import { expect, test } from 'vitest'
import { createBuild } from './core/create-build.ts'
import { defaultLimits } from './core/limits.ts'
import type { ServiceState } from './core/model.ts'
import { plainPlan } from './core/random-plan.test-support.ts'
import { plainContext } from './plain-context.test-support.ts'
import { serviceLogId } from './service-log.ts'
import type { Lease } from './store.ts'
import type { StoreUnderTest } from './store-under-test.test-support.ts'

const passed = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const
const db = { name: 'db', state: 'starting', readyMs: null, exitCode: null } as const
const ready: ServiceState = { ...db, state: 'ready', readyMs: 120 }

/** Declares the tests. `open` returns a store that may contain builds of other suites. */
export function serviceSuite(open: () => StoreUnderTest): void {
  let now = 2_500_000_000_000
  const store = () => open().store

  async function submit(steps: readonly Partial<PlannedStep>[] = [{}]): Promise<string> {
    const id = randomUUID()
    now += 1_000
    const from = { kind: 'plan', plan: plainPlan(steps), conditions: steps.map(() => true) } as const
    const context = { newId: () => randomUUID(), limits: defaultLimits }
    await open().submit(createBuild({ id, queue: 'services', at: now, held: false, from }, context), plainContext)
    return id
  }
  async function leaseOf(buildId: string): Promise<Lease> {
    const leases = await store().leases.take('services', 10, now)
    const lease = leases.find((one) => one.buildId === buildId)
    if (lease === undefined) throw new Error(`expected that a job of ${buildId} is ready`)
    return lease
  }
  const told = ({ jobId: job, fence }: Lease, services: readonly ServiceState[], at = now) =>
    ({ type: 'services', job, fence, at, services }) as const
  const servicesOf = async (id: string) => (await open().other.builds.jobs(id)).map(({ services }) => services)
  const chunk = (seq: number): Chunk => ({ seq, kind: 0, content: Buffer.from(`${seq}\n`), ts: null })

  test('G01 only the holder of a lease reports its services, which end with the job', async () => {
    const id = await submit()
    const lease = await leaseOf(id)
    const stale = { ...lease, fence: lease.fence + 1 }
    expect((await store().builds.apply(id, [told(stale, [ready])]))?.taken).toEqual([false])
    expect((await store().builds.apply(id, [told(lease, [db])]))?.taken).toEqual([true])
    expect(await servicesOf(id)).toEqual([[db]])
    expect((await store().builds.apply(id, [told(lease, [ready])]))?.changed).toMatchObject([{ services: [ready] }])
    const { jobId: job, fence } = lease
    const serviceSnapshots = { db: 'snap-db' }
    await store().builds.apply(id, [
      { type: 'started', job, fence, at: now },
      { type: 'ended', job, fence, at: now, outcome: { ...passed, serviceSnapshots } },
    ])
    expect(await open().other.builds.jobs(id)).toMatchObject([
      { state: 'passed', services: [{ ...ready, state: 'ended' }], serviceSnapshots },
    ])
  })

  test('a new lease begins without the services of the previous one', async () => {
    const id = await submit()
    const lease = await leaseOf(id)
    await store().builds.apply(id, [told(lease, [ready])])
    now += 100_000_000
    await store().builds.apply(id, [{ type: 'lease_lost', job: lease.jobId, fence: lease.fence, at: now }])
    await leaseOf(id)
    expect(await servicesOf(id)).toEqual([[]])
  })

  test('G12 each service has its own log, which continues after a kill and reads a new spool under a new lease', async () => {
    const id = await submit()
    const lease = await leaseOf(id)
    const ref = { ...lease, service: 'db' }
    const logId = serviceLogId(lease.jobId, 'db')
    const seqs = async () => (await store().logs.read(logId, 0, 1_000)).map(({ seq }) => seq)
    expect(await store().logs.append(ref, [chunk(1)], '10')).toBe(false)
    expect(await store().logs.openService({ ...ref, fence: lease.fence + 1 }, true)).toBeNull()
    expect(await store().logs.openService(ref, true)).toEqual({ lastSeq: 0, spoolPosition: '0', logBytes: 0 })
    expect(await store().logs.append(ref, [chunk(1), chunk(2)], '10')).toBe(true)
    expect(await store().logs.append(ref, [chunk(1), chunk(2)], '10')).toBe(true)
    expect(await store().logs.openService(ref, false)).toEqual({ lastSeq: 2, spoolPosition: '10', logBytes: 4 })
    expect(await store().logs.openService(ref, true)).toMatchObject({ lastSeq: 2, spoolPosition: '0' })
    expect(await seqs()).toEqual([1, 2])
    expect(await store().logs.read(lease.jobId, 0, 1_000)).toEqual([])
    now += 100_000_000
    await store().builds.apply(id, [{ type: 'lease_lost', job: lease.jobId, fence: lease.fence, at: now }])
    expect(await store().logs.append(ref, [chunk(3)], '20')).toBe(false)
    const next = { ...(await leaseOf(id)), service: 'db' }
    expect(await store().logs.openService(next, false)).toEqual({ lastSeq: 2, spoolPosition: '0', logBytes: 4 })
    expect(await store().logs.append(ref, [chunk(3)], '20')).toBe(false)
    expect(await store().logs.append(next, [chunk(3)], '5')).toBe(true)
    expect(await seqs()).toEqual([1, 2, 3])
  })

  test('the end of a job wakes the readers of the logs of its services', async () => {
    const id = await submit()
    const lease = await leaseOf(id)
    await store().builds.apply(id, [told(lease, [ready])])
    const { promise, resolve } = Promise.withResolvers<void>()
    const unsubscribe = open().other.changes.onJob(serviceLogId(lease.jobId, 'db'), resolve)
    await store().builds.apply(id, [
      { type: 'cancel', at: now },
      { type: 'kill_overdue', job: lease.jobId, at: now + 20_000 },
    ])
    await promise
    unsubscribe()
    expect(await servicesOf(id)).toEqual([[{ ...ready, state: 'ended' }]])
  })

  test('G08 the files of services are kept while a step may start from them', async () => {
    const id = await submit([{}, { dependsOn: [0] }])
    const lease = await leaseOf(id)
    const { jobId: job, fence } = lease
    const db = `snap-${id}`
    const outcome = { kind: 'cached', snapshot: `own-${id}`, serviceSnapshots: { db } } as const
    await store().builds.apply(id, [{ type: 'ended', job, fence, at: now, outcome }])
    const live = () => store().builds.liveSnapshots(now - 1_000)
    expect((await live()).needed).toContain(db)
    await store().builds.apply(id, [{ type: 'cancel', at: now }])
    expect((await live()).pinned).toContain(db)
    const other = await submit([{}])
    const last = await leaseOf(other)
    const left = { ...outcome, serviceSnapshots: { db: `snap-${other}` } }
    await store().builds.apply(other, [{ type: 'ended', job: last.jobId, fence: last.fence, at: now, outcome: left }])
    expect((await live()).left).toContain(`snap-${other}`)
  })
}
