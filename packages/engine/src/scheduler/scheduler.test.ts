import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBuild } from '../core/create-build.ts'
import { defaultLimits } from '../core/limits.ts'
import { plainPlan } from '../core/random-plan.test-support.ts'
import { createMemoryStore, type MemoryStore } from '../memory/memory-store.ts'
import { plainContext } from '../plain-context.test-support.ts'
import { defaultStoreSettings } from '../store-settings.ts'
import { Scheduler } from './scheduler.ts'

const leaseMs = 900
let scheduler: Scheduler | undefined
// The clock is frozen except where a test moves it.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
})
afterEach(async () => {
  await scheduler?.stop()
  vi.useRealTimers()
})

function storeWithJob(
  settings: { startLeaseMs?: number; leaseMs?: number },
  timeoutSeconds: number | null = null,
  stepSeconds = 1,
): MemoryStore {
  const store = createMemoryStore({ ...settings, now: () => Date.now() })
  const from = {
    kind: 'plan',
    plan: plainPlan([{ timeoutSeconds: stepSeconds }], timeoutSeconds),
    conditions: [true],
  } as const
  store.builds.submit(
    createBuild({ id: 'b', queue: 'q', at: Date.now(), held: false, from }, defaultStoreSettings),
    plainContext,
  )
  return store
}

const job = async (store: MemoryStore) => (await store.builds.jobs('b'))[0]

test('G01 an expired lease is ended, but only after the scheduler has watched for a whole lease', async () => {
  const store = storeWithJob({ startLeaseMs: 100, leaseMs })
  await store.leases.take('gone', 1, Date.now())
  await vi.advanceTimersByTimeAsync(150)
  scheduler = new Scheduler({ store, leaseMs, log: console.error, everyMs: 20 })
  scheduler.start()
  await vi.advanceTimersByTimeAsync(leaseMs - 1)
  expect(await job(store)).toMatchObject({ state: 'assigned', lost: 0 })
  await vi.advanceTimersByTimeAsync(20)
  expect(await job(store)).toMatchObject({ state: 'scheduled', lost: 1 })
})

test('an overdue step and an overdue build are told to stop even if their runner is silent', async () => {
  for (const buildSeconds of [null, 1]) {
    const at = Date.now()
    const store = storeWithJob({}, buildSeconds)
    const [lease] = await store.leases.take('silent', 1, at)
    await store.builds.apply('b', [{ type: 'started', job: lease?.jobId ?? '', fence: 1, at }])
    const stopped = new Promise((resolve) => store.changes.onStop(resolve))
    scheduler = new Scheduler({ store, leaseMs, log: console.error, everyMs: 20 })
    scheduler.start()
    await vi.advanceTimersByTimeAsync(999)
    expect((await job(store))?.errorCode).toBe(null)
    await vi.advanceTimersByTimeAsync(20)
    expect(await stopped).toMatchObject({ type: 'stop', fence: 1, reason: 'timeout' })
    expect((await job(store))?.errorCode).toBe(buildSeconds === null ? 'step_timeout' : 'pipeline_timeout')
    await scheduler.stop()
  }
})

test('a build with an error does not delay overdue events of other builds', async () => {
  const settings = { ...defaultStoreSettings, startLeaseMs: 50, limits: { ...defaultLimits, infraRetries: 0 } }
  const store = createMemoryStore({ ...settings, now: () => Date.now() })
  for (const id of ['damaged', 'whole']) {
    const from = { kind: 'plan', plan: plainPlan([{}]), conditions: [true] } as const
    const created = createBuild({ id, queue: 'q', at: Date.now(), held: false, from }, settings)
    // Without the build's steps, a failure cannot be decided.
    store.builds.submit(id === 'whole' ? created : { ...created, build: { ...created.build, steps: [] } }, plainContext)
  }
  await store.leases.take('gone', 2, Date.now())
  const said: string[] = []
  scheduler = new Scheduler({ store, leaseMs: 200, log: (_, message) => said.push(message), everyMs: 20 })
  scheduler.start()
  await vi.advanceTimersByTimeAsync(300)
  expect((await store.builds.load('whole'))?.build.state).toBe('failed')
  expect(new Set(said)).toEqual(new Set(['build damaged: failed to process overdue leases and deadlines']))
})

/** Opens a store whose only job is leased and started, and a scheduler in a separate process. */
async function leasedElsewhere() {
  const store = storeWithJob({ leaseMs: 30_000 }, null, 3_600)
  const [lease] = await store.leases.take('r', 1, store.now())
  if (lease === undefined) throw new Error('nothing to lease')
  const { jobId: job, fence, leaseId } = lease
  await store.builds.apply('b', [{ type: 'started', job, fence, leaseId, at: store.now() }])
  scheduler = new Scheduler({ store, leaseMs: 30_000, log: console.error, everyMs: 500, renewsElsewhere: true })
  scheduler.start()
  const ended = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const
  return {
    store,
    async pass(seconds: number, { isTaken, renews }: { readonly isTaken: boolean; readonly renews: boolean }) {
      for (let second = 0; second < seconds; second++) {
        if (isTaken) await store.leases.noteRenewable(store.now())
        if (isTaken && renews && second % 5 === 0) await store.leases.renew('r', store.now())
        await vi.advanceTimersByTimeAsync(1_000)
      }
    },
    async report(endedAt: number) {
      const applied = await store.builds.apply('b', [
        { type: 'ended', job, fence, leaseId, at: endedAt, outcome: ended },
      ])
      return applied?.taken
    },
  }
}

test('G104 while no process takes renewals, no lease is lost, and jobs that ended meanwhile are reported instead of rerun', async () => {
  const it = await leasedElsewhere()
  await it.pass(60, { isTaken: true, renews: true })
  const endedAt = it.store.now() + 20_000
  await it.pass(600, { isTaken: false, renews: false })
  expect(await job(it.store)).toMatchObject({ lost: 0, fence: 1 })
  // The server is back, but the runner takes longer.
  await it.pass(25, { isTaken: true, renews: false })
  expect(await it.report(endedAt)).toEqual([true])
  expect(await job(it.store)).toMatchObject({ state: 'passed', lost: 0, fence: 1, finishedAt: endedAt })
})

test('G104 a runner that stays offline is lost one whole lease after renewals are taken again', async () => {
  const it = await leasedElsewhere()
  await it.pass(600, { isTaken: false, renews: false })
  await it.pass(29, { isTaken: true, renews: false })
  expect(await job(it.store)).toMatchObject({ lost: 0 })
  await it.pass(2, { isTaken: true, renews: false })
  expect(await job(it.store)).toMatchObject({ state: 'scheduled', lost: 1 })
})
