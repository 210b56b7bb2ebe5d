import { randomUUID } from 'node:crypto'
import { touchInSandbox } from '@harmont/test-kit/touch-in-sandbox'
import { until } from '@harmont/test-kit/until'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeOutsideEngine, type OutsideEngine } from '../outside-engine.test-support.ts'
import { logOf, openImages, settled, step, submit } from '../runner.test-support.ts'
import { logOfService, service, tell } from './keeper.test-support.ts'

let engine: OutsideEngine
let bench: OutsideEngine['bench']

beforeAll(async () => {
  await openImages().resolve('host')
})
beforeEach(async () => {
  engine = await makeOutsideEngine()
  bench = engine.bench
})
afterEach(() => engine.remove())

test('G02 G70 services continue while their engine is killed, and the next engine adopts them with their logs', async () => {
  await engine.start()
  const command = `${tell('one')}; sleep 3; ${tell('two')}`
  const id = await submit(bench, [
    step(command, { services: [service('db')] }),
    step(tell('three'), { dependsOn: [0], services: [service('db', { from: 0 })] }),
  ])
  await engine.untilLog(id, 'one')
  await engine.kill()
  await engine.start()
  const { state, jobs } = await settled(bench, id)
  expect([state, ...jobs.map(({ fence, lost }) => [fence, lost])]).toEqual(['passed', [1, 0], [1, 0]])
  expect(await logOf(bench, jobs[0])).toBe('one\none\ntwo\n')
  expect(await logOfService(bench, jobs[0])).toBe('keeper is up\nkept one\nkept two\n')
  expect(await logOf(bench, jobs[1])).toBe('one\ntwo\nthree\n')
  expect(jobs[0]?.services).toMatchObject([{ name: 'db', state: 'ended', readyMs: expect.any(Number) }])
})

test('G02 a kill during the start of a service restarts the step, and no part of the first start remains', async () => {
  await engine.start()
  const name = `slow-${randomUUID()}`
  const slow = service('db', {
    command: `exec sh -c 'echo begins; until [ -e /open ]; do sleep 0.1; done; sleep 60' ${name}`,
    ready: { port: null, command: 'test -e /open', log: null, timeoutSeconds: 60 },
  })
  const id = await submit(bench, [step('echo done', { services: [slow, service('other')] })])
  const [job] = (await settled(bench, id, ({ jobs }) => jobs[0]?.services[1]?.state === 'ready')).jobs
  const untilLog = (wanted: string) =>
    until(
      () => logOfService(bench, job),
      (log) => log === wanted,
    )
  await untilLog('begins\n')
  await engine.kill()
  await engine.start()
  await untilLog('begins\nbegins\n')
  touchInSandbox(name, '/open')
  const { state, jobs } = await settled(bench, id)
  expect([state, jobs[0]?.fence, jobs[0]?.lost]).toEqual(['passed', 1, 0])
  expect(await logOf(bench, jobs[0])).toBe('done\n')
  expect(await logOfService(bench, jobs[0])).toBe('begins\nbegins\n')
})
