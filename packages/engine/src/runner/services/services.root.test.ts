import type { PlannedService, PlannedStep } from '@harmont/ir'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Job } from '../../core/model.ts'
import { type Bench, logOf, openBench, run, settled, step, submit } from '../runner.test-support.ts'
import { keeper, logOfService, service, tell } from './keeper.test-support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

test('a command starts once its services are ready and reaches them by name, and their logs are kept', async () => {
  const { state, jobs } = await run(bench, [
    step(`${tell('one')}; ${tell('two', 'other')}`, { services: [service('db'), service('other', { needs: ['db'] })] }),
  ])
  expect(await logOf(bench, jobs[0])).toBe('one\ntwo\n')
  expect(state).toBe('passed')
  expect(await logOfService(bench, jobs[0])).toBe('keeper is up\nkept one\n')
  expect(await logOfService(bench, jobs[0], 'other')).toBe('keeper is up\nkept two\n')
  expect(jobs[0]?.services).toMatchObject([
    { name: 'db', state: 'ended', readyMs: expect.any(Number), exitCode: null },
    { name: 'other', state: 'ended', readyMs: expect.any(Number), exitCode: null },
  ])
})

test('a job that waits for a service reports this until the service is ready', async () => {
  const gate = service('db', {
    ready: { port: null, command: 'test -e /open', log: null, timeoutSeconds: 60 },
    command: 'sleep 2; touch /open; sleep 60',
  })
  const id = await submit(bench, [step('true', { services: [gate, service('other')] })])
  const states = (job: Job | undefined) => job?.services.map((one) => one.state).join()
  const waiting = await settled(bench, id, ({ jobs }) => states(jobs[0]) === 'starting,ready')
  expect(waiting.jobs[0]).toMatchObject({ state: 'assigned', startedAt: null })
  expect((await settled(bench, id)).state).toBe('passed')
})

test('a service that ends before it is ready fails the step with the last lines of its log, and can be retried', async () => {
  const dying = service('db', { command: 'seq 1 30; exit 1' })
  const retry = { limit: 1, delaySeconds: 0, reasons: ['service_failed'] }
  const { id, state } = await run(bench, [step('echo never', { services: [dying, service('other')], retry })])
  expect(state).toBe('failed')
  const jobs = await bench.store.builds.jobs(id)
  expect(jobs).toMatchObject(
    [1, 2].map((attempt) => ({ attempt, state: 'failed', errorCode: 'service_failed', startedAt: null })),
  )
  const lines = Array.from({ length: 20 }, (_, index) => index + 11)
  const message = ['The service db ended with exit 1 before it was ready. Its last lines:', ...lines].join('\n')
  expect(jobs[0]?.errorMessage).toBe(message)
  expect(jobs[0]?.services[0]).toMatchObject({ state: 'failed', exitCode: 1 })
  expect(await logOf(bench, jobs[0])).toContain('The service db ended with exit 1')
})

test('a service that is not ready in time fails the step', async () => {
  const slow = service('db', {
    command: 'echo still; sleep 60',
    ready: { port: 5000, command: null, log: null, timeoutSeconds: 5 },
  })
  const { jobs } = await run(bench, [step('echo never', { services: [slow] })])
  expect(jobs[0]).toMatchObject({ state: 'failed', errorCode: 'service_timeout' })
  expect(jobs[0]?.errorMessage).toMatch(/^The service db was not ready after 5 s: .*Its last lines:\nstill$/s)
})

test('a service that ends while the command runs causes a remark', async () => {
  const { state, jobs } = await run(bench, [step(`${tell('die')}; sleep 1; echo on`, { services: [service('db')] })])
  expect(state).toBe('passed')
  expect(await logOf(bench, jobs[0])).toContain('<the service db ended with exit 3 before the command did>')
  expect(jobs[0]?.services).toMatchObject([{ state: 'ended', exitCode: 3 }])
})

test('G15 the output of a service is masked like that of its step', async () => {
  bench.secrets.set('token', { value: 'tok-7Hq2vLx9Zr4mWc8d', id: 'org/token' })
  const send = `python3 -c 'import os, socket; s = socket.create_connection(("db", 5000)); s.sendall(os.environ["T"].encode() + b"\\n"); s.recv(99)'`
  const { state, jobs } = await run(bench, [step(send, { services: [service('db')], secrets: { T: 'token' } })])
  expect(state).toBe('passed')
  expect(await logOfService(bench, jobs[0])).toBe('keeper is up\nkept ***\n')
})

test('a cancel ends the wait for a service', async () => {
  const never = service('db', { ready: { port: 9, command: null, log: null, timeoutSeconds: 600 } })
  const id = await submit(bench, [step('true', { services: [never] })])
  await settled(bench, id, ({ jobs }) => jobs[0]?.services[0]?.state === 'starting')
  await bench.store.builds.apply(id, [{ type: 'cancel', at: Date.now() }])
  expect((await settled(bench, id)).jobs[0]).toMatchObject({ state: 'canceled', services: [{ state: 'ended' }] })
})

test('later steps start from the files that a service left, each from its own copy, and a cache hit provides them again', async () => {
  const from = (line: string) =>
    step(tell(line), { dependsOn: [0], services: [service('db', { from: 0, command: keeper })] })
  const plan = (line: string) => [
    step(tell('migrated'), { key: 'migrate', services: [service('db')], cacheKey: 'migrate' }),
    from(line),
    from('other'),
  ]
  const first = await run(bench, plan('one'))
  expect(await Promise.all(first.jobs.map((job) => logOf(bench, job)))).toEqual([
    expect.stringContaining('migrated\n'),
    'migrated\none\n',
    'migrated\nother\n',
  ])
  const again = await run(bench, plan('two'))
  expect(again.jobs.map(({ cached }) => cached)).toEqual([true, false, false])
  expect(again.jobs[0]).toMatchObject({ services: [], serviceSnapshots: { db: expect.any(String) } })
  expect(await logOf(bench, again.jobs[1])).toBe('migrated\ntwo\n')
})

test('G09 a cached step runs again when its service changes', async () => {
  const plan = (more: Partial<PlannedService>) => [
    step('true', { cacheKey: 'with-db', services: [service('db', more)] }),
  ]
  const isCached = async (more: Partial<PlannedService>) => (await run(bench, plan(more))).jobs[0]?.cached
  expect(await isCached({})).toBe(false)
  expect(await isCached({})).toBe(true)
  expect(await isCached({ env: { A: '1' } })).toBe(false)
  expect((await run(bench, [step('true', { cacheKey: 'with-db' })])).jobs[0]?.cached).toBe(false)
})

test('a service that does not stop cleanly provides no files', async () => {
  const stubborn = service('db', {
    command: `touch /data; trap '' TERM; ${keeper.replace('signal.signal', '(lambda *_: 0)')}`,
    stop: { signal: null, seconds: 1 },
  })
  const { jobs } = await run(bench, [
    step('true', { services: [stubborn] }),
    step('true', { dependsOn: [0], services: [service('db', { from: 0 })] }),
  ])
  expect(jobs).toMatchObject([{ state: 'failed', errorCode: 'service_unclean', exitCode: 0 }, { state: 'skipped' }])
  expect(jobs[0]?.errorMessage).toBe(
    'The service db ended with SIGKILL when it was asked to stop, so its files cannot be kept for later steps.',
  )
})

const stopping = (onStop: string) =>
  service('db', {
    command: `trap '${onStop}; exit 0' TERM; echo up; while :; do sleep 0.05; done`,
    ready: { port: null, command: null, log: '^up$', timeoutSeconds: 20 },
    stop: { signal: null, seconds: 300 },
  })
const plan = (onStop: string) => [
  step('true', { services: [stopping(onStop)] }),
  step('true', { dependsOn: [0], services: [service('db', { from: 0 })] }),
]

/** Submits a build, and resolves when the service of its first step is stopping. */
async function untilStopping(steps: readonly Partial<PlannedStep>[]) {
  const id = await submit(bench, steps)
  const [job] = await bench.store.builds.jobs(id)
  await until(async () => (await logOfService(bench, job)).includes('stops'))
  return { id, job: job?.id ?? '' }
}

test('the time that a service takes to stop does not count for its step', async () => {
  const { id, job } = await untilStopping(plan('echo stops; sleep 1'))
  await bench.store.builds.apply(id, [{ type: 'job_deadline', job, at: Date.now() + 3_600_000 }])
  const { jobs } = await settled(bench, id)
  expect(jobs).toMatchObject([{ state: 'passed' }, { state: 'passed' }])
})

test('a cancel does not wait for a stopping service', async () => {
  const { id } = await untilStopping(plan('echo stops; sleep 600'))
  await bench.store.builds.apply(id, [{ type: 'cancel', at: Date.now() }])
  const { jobs } = await settled(bench, id)
  expect(jobs[0]?.state).toBe('canceled')
  await until(async () => (await bench.driver.list()).length === 0)
})

test('a service that leaves large files for later steps causes a remark', async () => {
  const { jobs } = await run(bench, plan('fallocate --length 300M /large'))
  expect(await logOf(bench, jobs[0])).toContain(
    '<the service db left 300 MB for later steps; each of its starts copies',
  )
})
