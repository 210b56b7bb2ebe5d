/** Declares the behavior of job placement that every store must provide. `storeSuite` calls it. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { createBuild } from './core/create-build.ts'
import { defaultLimits } from './core/limits.ts'
import type { Job, Outcome } from './core/model.ts'
import { everything, type Reach } from './core/placement/reach.ts'
import { plainPlan } from './core/random-plan.test-support.ts'
import { isHeld } from './core/states.ts'
import { plainContext } from './plain-context.test-support.ts'
import { goneMs, type Lease } from './store.ts'
import type { StoreUnderTest } from './store-under-test.test-support.ts'

const exited = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const

/** Declares the tests. `open` returns the store without ready jobs. */
export function placementSuite(open: () => StoreUnderTest): void {
  let now = 1_650_000_000_000

  async function submit(steps: Parameters<typeof plainPlan>[0], queue = 'q'): Promise<string> {
    const id = randomUUID()
    const from = { kind: 'plan', plan: plainPlan(steps), conditions: steps.map(() => true) } as const
    const context = { newId: () => randomUUID(), limits: defaultLimits }
    now += 1_000
    await open().submit(createBuild({ id, queue, at: now, held: false, from }, context), plainContext)
    return id
  }
  const lease = (runner: string, reach: Partial<Reach> = {}, slots = 9) =>
    open().store.leases.take(runner, slots, now, { ...everything, ...reach })
  async function one(runner: string, reach: Partial<Reach> = {}): Promise<Lease> {
    const [first, ...more] = await lease(runner, reach)
    if (!first || more.length > 0) throw new Error(`expected one lease, got ${first ? 1 + more.length : 0}`)
    return first
  }
  const apply = (buildId: string, ...events: Parameters<StoreUnderTest['store']['builds']['apply']>[1]) =>
    open().store.builds.apply(buildId, events)
  const end = ({ buildId, jobId: job, fence }: Lease, outcome: Partial<Outcome & { kind: 'exited' }> = {}) =>
    apply(
      buildId,
      { type: 'started', job, fence, at: now },
      { type: 'ended', job, fence, at: now, outcome: { ...exited, snapshot: `of-${job}`, ...outcome } },
    )
  /** Returns the newest attempt of each step. */
  async function jobs(id: string): Promise<readonly Job[]> {
    return (await open().other.builds.load(id))?.build.jobs ?? []
  }
  const states = async (id: string) => (await jobs(id)).map(({ state }) => state).join(' ')
  const runsOn = (pool: string | null, ...labels: string[]) => ({ runsOn: { pool, labels } })
  /** Ends a build, so that the next test leases only its own jobs. */
  async function cancel(id: string): Promise<void> {
    await apply(id, { type: 'cancel', at: now })
    const held = (await jobs(id)).filter(({ state }) => isHeld(state))
    now += 20_000
    if (held.length > 0)
      await apply(id, ...held.map(({ id: job }) => ({ type: 'kill_overdue' as const, job, at: now })))
  }

  test('G78 a job goes only to a runner of its pool, with all its labels, that may take jobs of its organization', async () => {
    const plain = await submit([{}])
    const gpu = await submit([runsOn('gpu', 'big', 'fast')])
    expect(await lease('r', { pool: 'other' })).toEqual([])
    expect(await lease('r', { pool: 'gpu', labels: ['big'] })).toEqual([])
    expect(await lease('r', { pool: 'default', labels: ['big', 'fast'], queues: ['another'] })).toEqual([])
    expect((await one('r', { pool: 'default', labels: [] })).buildId).toBe(plain)
    expect((await one('r', { pool: 'gpu', labels: ['fast', 'old', 'big'], queues: ['q'] })).buildId).toBe(gpu)
    for (const id of [plain, gpu]) await cancel(id)
  })

  test('a job that no runner may take does not delay those behind it', async () => {
    const waiting = await submit(Array.from({ length: 30 }, () => runsOn(null, 'gpu')))
    const plain = await submit([{}])
    expect(
      (await open().store.leases.take('r', 1, now, { ...everything, labels: [] })).map(({ buildId }) => buildId),
    ).toEqual([plain])
    for (const id of [waiting, plain]) await cancel(id)
  })

  test('G78 steps that share files go to one runner, even if several runners request jobs at once and steps become ready together', async () => {
    const inputs = [{ from: 1, path: 'a', into: '', optional: true }]
    const id = await submit([{}, {}, { buildsIn: 0, dependsOn: [1], inputs }, {}])
    const asked = await Promise.all(['a', 'b', 'c'].map((runner) => lease(runner, {}, 1)))
    const steps = await jobs(id)
    const holders = new Map(
      asked.flat().map(({ jobId, runner }) => [steps.findIndex((job) => job.id === jobId), runner]),
    )
    const rest = [...(await lease('a')), ...(await lease('b')), ...(await lease('c'))]
    for (const { jobId, runner } of rest)
      holders.set(
        steps.findIndex((job) => job.id === jobId),
        runner,
      )
    expect([...holders.keys()].sort()).toEqual([0, 1, 3])
    expect(holders.get(0)).toBe(holders.get(1))
    for (const each of [...asked.flat(), ...rest]) await end(each)
    const others = ['a', 'b', 'c'].filter((runner) => runner !== holders.get(0))
    for (const runner of others) expect(await lease(runner)).toEqual([])
    expect((await one(holders.get(0) ?? '')).runner).toBe(holders.get(0))
    await cancel(id)
  })

  test('missing files bind no step: the other steps go to any runner', async () => {
    const inputs = [{ from: 1, path: 'a', into: '', optional: true }]
    const id = await submit([{}, {}, { buildsIn: 0, dependsOn: [1], inputs }])
    const [first] = await open().store.leases.take('a', 1, now)
    if (!first) throw new Error('nothing to lease')
    expect(await lease('b')).toEqual([])
    now = first.expiresAt + 1
    await apply(id, { type: 'lease_lost', job: first.jobId, fence: first.fence, at: now })
    expect((await lease('b')).map(({ buildId }) => buildId)).toEqual([id, id])
    await cancel(id)
  })

  test('G78 a draining runner gets no new jobs', async () => {
    const id = await submit([{}])
    const { runners } = open().store
    await runners.seen('r', everything, now)
    await runners.drain('r', now)
    expect(await lease('r')).toEqual([])
    expect((await runners.present(now)).map((runner) => runner.id)).not.toContain('r')
    await runners.drain('r', null)
    expect((await one('r')).buildId).toBe(id)
    await cancel(id)
  })

  test('G78 files of a lost runner are made again elsewhere, but only those that waiting steps need', async () => {
    const id = await submit([{}, { buildsIn: 0 }, { buildsIn: 1 }, { buildsIn: 0 }])
    const { runners } = open().store
    await runners.seen('a', everything, now)
    await end(await one('a'))
    for (const each of await lease('a'))
      await end(each, { snapshot: (await jobs(id))[1]?.id === each.jobId ? 'of-1' : null })
    expect(await states(id)).toBe('passed passed scheduled passed')
    expect(await lease('b')).toEqual([])
    expect(await runners.gone(now)).toEqual([])
    now += goneMs
    const [found, ...more] = await runners.gone(now)
    expect([found, more]).toEqual([{ buildId: id, event: { type: 'holder_gone', runner: 'a', at: now } }, []])
    if (found) await apply(id, found.event)
    expect(await states(id)).toBe('scheduled pending pending passed')
    expect(await runners.gone(now)).toEqual([])
    for (let step = 0; step < 3; step++) await end(await one('b'))
    expect(await states(id)).toBe('passed passed passed passed')
    expect((await jobs(id)).map(({ attempt, runner }) => [attempt, runner])).toEqual([
      [2, 'b'],
      [2, 'b'],
      [1, 'b'],
      [1, null],
    ])
  })

  test('G131 a runner that is back, and leases before it renews, is not considered gone', async () => {
    const id = await submit([{}, { buildsIn: 0 }])
    const { runners } = open().store
    await runners.seen('a', everything, now)
    await end(await one('a'))
    now += goneMs
    const [found] = await runners.gone(now)
    const other = await submit([runsOn('gpu')], 'r')
    expect(await lease('a', { queues: ['another'] })).toEqual([])
    expect(await runners.gone(now)).toHaveLength(1)
    expect((await one('a', { pool: 'gpu' })).buildId).toBe(other)
    expect(await runners.gone(now)).toEqual([])
    // A scheduler found the event before.
    expect(found && (await apply(id, found.event))?.taken).toEqual([false])
    expect((await jobs(id)).map(({ attempt }) => attempt)).toEqual([1, 1])
    for (const each of [id, other]) await cancel(each)
  })

  test('G78 a step with secrets is not rerun, and the steps that need its files fail', async () => {
    const id = await submit([{ secrets: { A: 'a' } }, { buildsIn: 0 }])
    await open().store.runners.seen('a', everything, now)
    await end(await one('a'))
    now += goneMs
    await apply(id, { type: 'holder_gone', runner: 'a', at: now })
    expect((await jobs(id)).map(({ state, errorCode }) => [state, errorCode])).toEqual([
      ['passed', null],
      ['failed', 'provision_failed'],
    ])
  })

  test('a family in which the lost runner still holds a lease waits for the end of the lease', async () => {
    const id = await submit([{}, { buildsIn: 0 }, { buildsIn: 0 }])
    await end(await one('a'))
    const [held] = await open().store.leases.take('a', 1, now)
    if (!held) throw new Error('nothing to lease')
    now += goneMs
    expect((await apply(id, { type: 'holder_gone', runner: 'a', at: now }))?.taken).toEqual([false])
    now = Math.max(now, held.expiresAt + 1)
    await apply(
      id,
      { type: 'lease_lost', job: held.jobId, fence: held.fence, at: now },
      { type: 'holder_gone', runner: 'a', at: now },
    )
    expect(await states(id)).toBe('scheduled pending pending')
    await cancel(id)
  })
}
