import { expect, test } from 'vitest'
import { joinedRunner, leaseRequest } from '../testing/joined-runner.ts'
import { ir } from '../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../testing/server.ts'
import { wantedRunners } from './scale.ts'

const it = testServer()
const scale = async (pool: string) => (await it.request(null, 'GET', `/internal/scale?pool=${pool}`)).body

async function submit(count: number, pool: string): Promise<void> {
  const steps = Array.from({ length: count }, (_, n) => ({ key: `s${n}`, cmd: 'true', runner_args: { pool } }))
  const build = { branch: 'main', commit: 'c', pipeline_ir: ir(...steps) }
  const path = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
  expect((await it.request(ownerToken, 'POST', path, build)).status).toBe(201)
}

test('an autoscaler gets the number of runners that a pool needs for its running jobs and for jobs ready for a while', async () => {
  expect(await scale('gpu')).toEqual({ wanted_runners: 0, ready: 0, running: 0 })
  await submit(5, 'gpu')
  await submit(1, 'default')
  expect(await scale('gpu')).toEqual({ wanted_runners: 0, ready: 5, running: 0 })
  await it.server.pool.query("update engine.ready set ready_at = ready_at - interval '5 seconds'")
  // No runner has reported its number of slots yet.
  expect(await scale('gpu')).toEqual({ wanted_runners: 5, ready: 5, running: 0 })
  // This runner has two slots.
  const runner = await joinedRunner(it, { pool: 'gpu' })
  await runner.call('renew', {})
  expect(await scale('gpu')).toEqual({ wanted_runners: 3, ready: 5, running: 0 })
  await runner.call('lease', leaseRequest(2))
  expect(await scale('gpu')).toEqual({ wanted_runners: 3, ready: 3, running: 2 })
  expect(await scale('default')).toEqual({ wanted_runners: 1, ready: 1, running: 0 })
})

test.each([
  [{ running: 0, waiting: 0, slots: 4 }, 0],
  [{ running: 4, waiting: 0, slots: 4 }, 1],
  [{ running: 4, waiting: 1, slots: 4 }, 2],
  [{ running: 0, waiting: 9, slots: 2.6 }, 3],
  [{ running: 0, waiting: 3, slots: null }, 3],
])('%o wants %i', (work, wanted) => {
  expect(wantedRunners(work)).toBe(wanted)
})

test('only those who may read metrics can read the number', async () => {
  for (const path of ['/internal/scale?pool=a', '/metrics']) {
    const answer = await it.request(null, 'GET', path, undefined, { via: 'a proxy' })
    expect([answer.status, codeOf(answer)]).toEqual([401, 'unauthorized'])
  }
  expect((await it.request(null, 'GET', '/internal/scale')).status).toBe(400)
})
