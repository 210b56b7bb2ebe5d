import { parsePlan } from '@harmont/ir'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { PartStore } from '../artifacts/part-store.ts'
import { createBuild } from '../core/create-build.ts'
import { vanished } from '../core/exit.ts'
import type { Outcome } from '../core/model.ts'
import { plainPlan } from '../core/random-plan.test-support.ts'
import { createMemoryStore } from '../memory/memory-store.ts'
import { plainContext } from '../plain-context.test-support.ts'
import type { LeasedJob } from '../port.ts'
import { noOutput } from '../step-output.ts'
import type { BuildContext } from '../store.ts'
import { defaultStoreSettings } from '../store-settings.ts'
import { createLocalPort, type LocalPortOptions } from './local-port.ts'

// The clock is frozen except where a test moves it.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const passed: Outcome = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null }
const signal = new AbortController().signal
const request = { runner: 'r', slots: 1, waitMs: 30_000, signal }

function open(
  steps: Parameters<typeof plainPlan>[0] = [{}],
  trust: BuildContext['trust'] = 'trusted',
  more: Partial<LocalPortOptions> = {},
) {
  const store = createMemoryStore({ now: () => Date.now() })
  const asked: (readonly string[])[] = []
  const port = createLocalPort({
    store,
    log: () => undefined,
    secrets: {
      of: async (_buildId, names) => {
        asked.push(names)
        return { kind: 'values', values: new Map(names.map((name) => [name, { id: name, value: 'v' }])) }
      },
    },
    sources: {
      offer: () => {
        throw new Error('no sources')
      },
    },
    ...more,
  })
  const submit = () => {
    const from = { kind: 'plan', plan: plainPlan(steps), conditions: steps.map(() => true) } as const
    store.builds.submit(createBuild({ id: 'b', queue: 'q', at: Date.now(), held: false, from }, defaultStoreSettings), {
      ...plainContext,
      trust,
    })
  }
  return { store, port, submit, asked }
}

async function leaseOne({ port }: Pick<ReturnType<typeof open>, 'port'>): Promise<LeasedJob> {
  const [one] = await port.lease(request)
  if (!one) throw new Error('nothing to lease')
  return one
}

test('a runner that requests work early gets it as soon as there is some', async () => {
  const { port, submit } = open()
  const asked = leaseOne({ port })
  await vi.advanceTimersByTimeAsync(100)
  submit()
  // The clock is frozen, so it is the build that wakes the port.
  expect((await asked).work).toMatchObject({ kind: 'step', step: { key: 's0' }, childrenBuildIn: false })
})

test('a runner that requests work gets none after its waiting time, or when it stops', async () => {
  const { port } = open()
  const answered = vi.fn()
  const waits = port.lease(request).then(answered)
  await vi.advanceTimersByTimeAsync(request.waitMs - 1)
  expect(answered).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  await waits
  expect(answered).toHaveBeenCalledWith([])
  const going = new AbortController()
  const asked = port.lease({ ...request, signal: going.signal })
  going.abort()
  expect(await asked).toEqual([])
})

test('a step keeps its files for steps that a generator may still append, until all generators have passed', async () => {
  const append = { max: 1, secrets: [], idTokens: [], egress: null }
  const { port, submit } = open([{ append }, { dependsOn: [0] }, { append, dependsOn: [1] }, { dependsOn: [2] }])
  submit()
  const keeps: (readonly [string, boolean])[] = []
  for (let nth = 0; nth < 4; nth++) {
    const job = await leaseOne({ port })
    if (job.work.kind === 'render') throw new Error('expected a step')
    keeps.push([job.work.step.key, job.work.childrenBuildIn])
    await port.started(job, new Date())
    await port.finish(job, new Date(), passed, { ...noOutput, steps: { kind: 'files', files: [] } })
  }
  expect(keeps).toEqual([
    ['s0', true],
    ['s1', true],
    ['s2', true],
    ['s3', false],
  ])
})

test('a job with a delay is leased when the delay is over', async () => {
  const { port, submit } = open([{ retry: { limit: 1, delaySeconds: 1 } }])
  submit()
  const first = await leaseOne({ port })
  const at = Date.now()
  await port.started(first, new Date(at))
  await port.finish(first, new Date(at), { ...passed, exitCode: 1 }, noOutput)
  const again = vi.fn()
  const asked = leaseOne({ port }).then(again)
  await vi.advanceTimersByTimeAsync(999)
  expect(again).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  await asked
  expect(again).toHaveBeenCalledWith(expect.objectContaining({ attempt: 2 }))
})

test('a report may be repeated, as after a lost answer', async () => {
  const { port, submit } = open()
  submit()
  const job = await leaseOne({ port })
  for (let time = 0; time < 2; time++) expect(await port.started(job, new Date())).not.toBeNull()
  for (let time = 0; time < 2; time++) expect(await port.finish(job, new Date(), passed, noOutput)).toBe(true)
})

test('G02 a start returns the new duration of the lease, as the store has it', async () => {
  const { port, submit, store } = open()
  submit()
  const job = await leaseOne({ port })
  const expiresAt = await port.started(job, new Date())
  expect((await store.leases.of('r')).map((lease) => lease.expiresAt)).toEqual([expiresAt?.getTime()])
})

test('G01 every report under an older fencing number is refused', async () => {
  const { port, submit, store } = open()
  submit()
  const stale = await leaseOne({ port })
  await store.leases.renew('r', Date.now() - 3_600_000)
  await store.builds.apply('b', [{ type: 'lease_lost', job: stale.jobId, fence: stale.fence, at: Date.now() }])
  const current = await leaseOne({ port })
  expect(current.fence).toBe(stale.fence + 1)
  expect(await port.started(stale, new Date())).toBeNull()
  expect(await port.append(stale, [{ seq: 1, kind: 0, content: Buffer.from('late'), ts: null }], '4')).toBe(false)
  expect(await port.finish(stale, new Date(), passed, noOutput)).toBe(false)
  expect(await port.started(current, new Date())).not.toBeNull()
  expect((await store.builds.jobs('b'))[0]).toMatchObject({ state: 'running', fence: current.fence })
})

test('reporting the start of a job that is being canceled does not lose the lease, because its runner must end it', async () => {
  const { port, submit, store } = open()
  submit()
  const job = await leaseOne({ port })
  const told = new Promise((resolve) => port.onDirective(resolve))
  await store.builds.apply('b', [{ type: 'cancel', at: Date.now() }])
  expect(await told).toEqual({ jobId: job.jobId, fence: job.fence, stop: 'cancel' })
  expect(await port.started(job, new Date())).not.toBeNull()
  expect(await port.renew('r')).toMatchObject([{ jobId: job.jobId, stop: 'cancel' }])
  expect(await port.finish(job, new Date(), passed, noOutput)).toBe(true)
  expect((await store.builds.jobs('b'))[0]?.state).toBe('canceled')
})

test('a command that ended after its deadline has timed out, whatever its exit code and the time of the report, but one that ended before has not', async () => {
  for (const [seconds, state] of [
    [59, 'passed'],
    [60, 'timed_out'],
  ] as const) {
    const { port, submit, store } = open()
    submit()
    const job = await leaseOne({ port })
    const startedAt = new Date(Date.now() - 3_600_000)
    await port.started(job, startedAt)
    const endedAt = startedAt.getTime() + seconds * 1_000
    expect(await port.finish(job, new Date(endedAt), passed, noOutput)).toBe(true)
    expect(await port.finish(job, new Date(endedAt), passed, noOutput)).toBe(true)
    expect((await store.builds.jobs('b'))[0]).toMatchObject({
      state,
      finishedAt: endedAt,
      errorCode: state === 'passed' ? null : 'step_timeout',
    })
  }
})

test('a job whose sandbox vanished is run again, even if its time would be over by then', async () => {
  const { port, submit, store } = open()
  submit()
  const job = await leaseOne({ port })
  await port.started(job, new Date(Date.now() - 3_600_000))
  expect(await port.finish(job, new Date(), vanished, noOutput)).toBe(true)
  expect((await store.builds.jobs('b'))[0]).toMatchObject({ state: 'scheduled', lost: 1 })
})

test('a job that cannot be prepared fails, and other jobs leased with it are still returned', async () => {
  const { port, submit, store } = open()
  // A rendering job without the name of its pipeline, which no server writes.
  for (const id of ['damaged', 'damaged-too']) {
    const created = createBuild({ id, queue: 'q', at: 0, held: false, from: { kind: 'render' } }, defaultStoreSettings)
    store.builds.submit(created, { ...plainContext, renderSlug: null })
  }
  await store.leases.take('r', 1, Date.now())
  submit()
  const [job] = await port.lease({ ...request, slots: 2 })
  expect(job).toMatchObject({ buildId: 'b' })
  expect(await port.reclaim('r')).toEqual([job])
  expect((await store.leases.of('r')).map(({ buildId }) => buildId)).toEqual(['b'])
  for (const id of ['damaged', 'damaged-too'])
    expect((await store.builds.load(id))?.build).toMatchObject({
      state: 'failed',
      render: { state: 'failed', errorCode: 'provision_failed' },
    })
})

test('G01 only the holder of the lease stores parts of artifacts', async () => {
  const stored: string[] = []
  const parts: PartStore = {
    lacking: async (_, { digests }) => ({ kind: 'lacking', digests: digests.filter((each) => !stored.includes(each)) }),
    put: async (_, digest) => void stored.push(digest),
  }
  const { port, submit } = open([{}], 'trusted', { parts })
  submit()
  const job = await leaseOne({ port })
  const wanted = { digests: ['a', 'b'], bytes: 2 }
  const stale = { ...job, fence: job.fence + 1 }
  expect(await port.putPart(stale, 'a', Buffer.from('a'))).toBe(false)
  expect(await port.lackingParts(stale, wanted)).toBeNull()
  expect(await port.putPart(job, 'a', Buffer.from('a'))).toBe(true)
  expect(stored).toEqual(['a'])
  expect(await port.lackingParts(job, wanted)).toEqual({ kind: 'lacking', digests: ['b'] })
  await port.finish(job, new Date(), vanished, noOutput)
  expect(await port.lackingParts(job, wanted)).toBeNull()
})

test('G01 only the holder of the lease gets secrets', async () => {
  const { port, submit, store, asked } = open([{ secrets: { A: 'one', B: 'two' } }, { secrets: { C: 'two' } }])
  submit()
  const job = await leaseOne({ port })
  expect(job.secretNames).toEqual(['one', 'two'])
  expect(JSON.stringify(job)).not.toContain('"v"')
  const answer = await port.fetchSecrets(job, job.secretNames)
  expect(answer.kind === 'values' && [...answer.values.keys()]).toEqual(['one', 'two'])
  await expect(port.fetchSecrets({ ...job, fence: job.fence + 1 }, ['one'])).rejects.toThrow('lost')
  await port.started(job, new Date())
  await port.finish(job, new Date(), passed, noOutput)
  await expect(port.fetchSecrets(job, ['one'])).rejects.toThrow('lost')
  expect(asked).toEqual([['one', 'two']])
  expect((await store.builds.jobs('b'))[0]?.state).toBe('passed')
})

test('the secrets of a fork are never requested', async () => {
  const { port, submit, asked } = open([{ secrets: { A: 'one' } }], 'fork')
  submit()
  const answer = await port.fetchSecrets(await leaseOne({ port }), ['one'])
  expect(answer).toMatchObject({ kind: 'withheld', remark: expect.stringContaining('fork') })
  expect(asked).toEqual([])
})

test('G57 a rendered pipeline is parsed by the given function, which may use a thread', async () => {
  const parsed: string[] = []
  const parse = async (text: string) => {
    parsed.push(text)
    return parsePlan(text)
  }
  const { store, port } = open([{}], 'trusted', { parse })
  const created = createBuild(
    { id: 'b', queue: 'q', at: Date.now(), held: false, from: { kind: 'render' } },
    defaultStoreSettings,
  )
  store.builds.submit(created, { ...plainContext, renderSlug: 'ci' })
  const lease = await leaseOne({ port })
  const ir = '{"version":"0","steps":[{"type":"command","key":"a","cmd":"true"}]}'
  await port.started(lease, new Date())
  expect(await port.rendered(lease, new Date(), { ok: true, ir })).toBe(true)
  expect(parsed).toEqual([ir])
})
