/** The forks that prove tests, as shown by the API, and their logs. */
import type { components } from '@harmont/contract'
import { type StepOutput, testKey } from '@harmont/engine'
import { expect, test } from 'vitest'
import { ir, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'
import { packingByHand } from '../logs/packing.test-support.ts'
import { removeOldLogs } from '../logs/remove-old-logs.ts'
import { removeOldResults } from './remove-old-results.ts'

type Schemas = components['schemas']
type Case = StepOutput['tests'][number]['cases'][number]
type Results = Readonly<Record<string, 'passed' | 'failed'>>

const it = testServer()
const { pack } = packingByHand(it)
const dayMs = 24 * 3600 * 1000
const keyOf = (name: string) => testKey({ suite: 's', name })

/** Plays a build whose only step reports two red tests. */
async function redBuild() {
  await it.server.pool.query('delete from engine.ready')
  const path = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}`
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'unit', cmd: 'x', tests: { forks: 2 } }) }
  const { number } = (await it.request<Schemas['Build']>(ownerToken, 'POST', `${path}/builds`, body)).body
  const cases: readonly Case[] = ['a', 'b'].map((name) => ({ suite: 's', name, state: 'failed' }))
  const job = await playJob(it)
  await job.end({ exitCode: 1 }, { tests: [{ path: 'junit.xml', format: 'junit', faults: 0, cases }] })
  return { jobId: job.id, path, builds: `${path}/builds/${number}` }
}

/** Plays the next fork of the only proof. Returns its id. */
async function playFork(results: Results, said: string): Promise<string> {
  const { probes, now } = it.server.engine.store
  const fork = await probes.take('test-runner', now())
  if (fork === null) throw new Error('expected a fork')
  const startedAt = now()
  const byKey = new Map(Object.entries(results).map(([name, result]) => [keyOf(name), result]))
  const log = [{ seq: 1, kind: 0, content: Buffer.from(said), ts: null } as const]
  const end = { kind: 'ran', startedAt, endedAt: startedAt + 400, exitCode: 1, results: byKey, log } as const
  expect(await probes.end(fork, now(), end)).toBe(true)
  return fork.fork
}

const get = async <T>(path: string): Promise<T> => (await it.request<T>(ownerToken, 'GET', path)).body
const textOf = (id: string) =>
  fetch(`${it.server.url}/v0/jobs/${id}/logs.txt?download=1`, { headers: { authorization: `Bearer ${ownerToken}` } })

test('the forks of a red job are listed with their results of each test, and each has a log', async () => {
  const { jobId, path, builds } = await redBuild()
  const forks = `${builds}/jobs/${jobId}/forks`
  expect(await get(forks)).toEqual({ data: [] })
  const ids = [
    await playFork({ a: 'failed', b: 'failed' }, 'both red\n'),
    await playFork({ a: 'passed', b: 'failed' }, 'one green\n'),
  ]
  const { data } = await get<Schemas['JobForkList']>(forks)
  const common = { test: null, exit_code: 1, started_at: expect.any(String), finished_at: expect.any(String) }
  expect(data).toEqual([
    { ...common, id: ids[0], number: 1, passed: 0, failed: 2 },
    { ...common, id: ids[1], number: 2, passed: 1, failed: 1 },
  ])
  const list = await get<Schemas['BuildTestList']>(`${builds}/tests`)
  const said = Object.fromEntries(list.data.map(({ name, ...one }) => [name, [one.verdict, one.fork_results]]))
  const red = { fork: 1, passed: false }
  expect(said).toEqual({
    a: ['flaky', [red, { fork: 2, passed: true }]],
    b: ['fails', [red, { fork: 2, passed: false }]],
  })
  const history = await get<Schemas['TestHistory']>(`${path}/tests/${list.data[0]?.id}`)
  expect(history.data[0]?.fork_results).toHaveLength(2)
  const first = await textOf(ids[0] ?? '')
  expect([first.headers.get('harmont-log-complete'), await first.text()]).toEqual(['true', 'both red\n'])
  expect(first.headers.get('content-disposition')).toContain('-unit-fork-1-1.log')
  const stranger = await it.newUser('fork-stranger')
  expect((await it.request(stranger.token, 'GET', forks)).status).toBe(404)
  expect((await it.request(stranger.token, 'GET', `/v0/jobs/${ids[0]}/logs.txt`)).status).toBe(403)
  expect(codeOf(await it.request(ownerToken, 'GET', forks.replace(jobId, ids[0] ?? '')))).toBe('job_not_found')
})

test('the logs of forks are packed and removed like those of jobs, and their rows are removed with the results', async () => {
  const { pool } = it.server
  const { jobId, builds } = await redBuild()
  const id = await playFork({ a: 'passed', b: 'passed' }, 'green\n')
  await pack()
  const count = async (what: string) => (await pool.query(`select from ${what} = $1`, [id])).rowCount
  expect([await count('engine.log_chunks where job_id'), await count('packed_logs where job_id')]).toEqual([0, 1])
  expect(await (await textOf(id)).text()).toBe('green\n')
  await removeOldLogs(pool, 90, new Date(Date.now() + 91 * dayMs))
  expect(
    (await pool.query('select from packed_logs where job_id = $1 and removed_at is not null', [id])).rowCount,
  ).toBe(1)
  expect((await get<Schemas['JobForkList']>(`${builds}/jobs/${jobId}/forks`)).data).toHaveLength(1)
  await removeOldResults(pool, new Date(Date.now() + 181 * dayMs))
  expect([await count('engine.proof_runs where id'), await count('packed_logs where job_id')]).toEqual([0, 0])
})
