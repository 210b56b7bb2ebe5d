import { noOutput, type StepOutput } from '@harmont/engine'
import { expect, test } from 'vitest'
import { ir, playJob } from '../../testing/runner.ts'
import { ownerToken, testServer } from '../../testing/server.ts'
import { removeDeleted } from '../deleted-organizations.ts'
import { removeOldResults } from './remove-old-results.ts'

type Case = StepOutput['tests'][number]['cases'][number]

const it = testServer()
const dayMs = 24 * 3600 * 1000
const steps = [
  { key: 'a', cmd: 'a' },
  { key: 'b', cmd: 'b' },
]

const output = (cases: readonly Case[]): StepOutput => ({
  ...noOutput,
  tests: [{ path: 'junit.xml', format: 'junit', faults: 0, cases }],
})
const one = (name: string, state: Case['state'] = 'passed'): Case => ({ suite: '', name, state })

async function startBuild(): Promise<string> {
  await it.server.pool.query('delete from engine.ready')
  const path = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir(...steps) }
  return (await it.request<{ id: string }>(ownerToken, 'POST', path, body)).body.id
}

const count = async (what: string, ...values: unknown[]): Promise<number> =>
  (await it.server.pool.query(`select count(*)::int as count from engine.${what}`, values)).rows[0].count
const countedResults = (build: string) =>
  count(
    'test_results x join engine.test_reports t on t.id = x.report where t.build_id = $1 and t.at is not null',
    build,
  )

test('a report counts once the outcome of its job is recorded; a later one is removed after a day', async () => {
  const { store } = it.server.engine
  const build = await startBuild()
  const job = await playJob(it)
  const outcome = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const
  const late = { type: 'ended', job: job.id, fence: 99, at: store.now(), outcome } as const
  const left = { jobId: job.id, output: output([one('t')]) }
  expect((await store.builds.apply(build, [late], left))?.taken).toEqual([false])
  expect(await countedResults(build)).toBe(0)
  await job.end({}, left.output)
  expect(await countedResults(build)).toBe(1)
  expect(await count('test_reports where build_id = $1', build)).toBe(2)
  await removeOldResults(it.server.pool, new Date(Date.now() + 2 * dayMs))
  expect(await count('test_reports where build_id = $1', build)).toBe(1)
  expect(await countedResults(build)).toBe(1)
})

test('the build does not wait for its test results to be written', async () => {
  const build = await startBuild()
  const [many, other] = [await playJob(it), await playJob(it)]
  const ended: string[] = []
  const cases = Array.from({ length: 12_000 }, (_, n) => one(`t${n}`))
  await Promise.all([
    many.end({}, output(cases)).then(() => ended.push('many')),
    other.end().then(() => ended.push('other')),
  ])
  expect(ended).toEqual(['other', 'many'])
  expect(await countedResults(build)).toBe(12_000)
})

test('two steps that report the same new tests at once create each test once', async () => {
  const build = await startBuild()
  const jobs = [await playJob(it), await playJob(it)]
  const cases = Array.from({ length: 300 }, (_, n) => one(`t${n}`))
  await Promise.all([jobs[0]?.end({}, output(cases)), jobs[1]?.end({}, output(cases.toReversed()))])
  expect(await countedResults(build)).toBe(600)
  expect(
    await count('test_cases where pipeline = (select r.pipeline_id::text from build_records r where r.id = $1)', build),
  ).toBe(300)
})

test('a test that a report names twice has its worst result; text that the database cannot store is replaced', async () => {
  const build = await startBuild()
  const twice = [one('a\0b'), { ...one('a\0b', 'failed'), message: '\ud800', durationMs: 1.6 }, one('a\0b')]
  await (await playJob(it)).end({}, output(twice))
  const { rows } = await it.server.pool.query(
    `select x.state, x.message, x.duration_ms, c.name from engine.test_reports t join engine.test_results x on x.report = t.id
       join engine.test_cases c on c.id = x.test where t.build_id = $1`,
    [build],
  )
  expect(rows).toEqual([{ state: 'f', message: '\ufffd', duration_ms: 2, name: 'a\ufffdb' }])
})

test('results of passed tests are removed after 30 days, others after 180, and then tests without results', async () => {
  const { pool } = it.server
  const build = await startBuild()
  await (await playJob(it)).end({}, output([one('green'), one('red', 'failed')]))
  await pool.query(
    `insert into engine.test_verdicts (report, test, verdict, forks, fork_passes, at)
     select x.report, x.test, 'flaky', 1, 1, now() from engine.test_results x join engine.test_reports t on t.id = x.report
      where t.build_id = $1 and x.state = 'f'`,
    [build],
  )
  const after = (days: number) => removeOldResults(pool, new Date(Date.now() + days * dayMs))
  await after(29)
  expect(await countedResults(build)).toBe(2)
  await after(31)
  expect(await countedResults(build)).toBe(1)
  expect(await count("test_cases where name = 'green'")).toBe(0)
  await after(179)
  expect([await countedResults(build), await count('test_verdicts')]).toEqual([1, 1])
  await after(181)
  expect(await count('test_reports where build_id = $1', build)).toBe(0)
  expect(await count("test_cases where name = 'red'")).toBe(0)
  expect(await count('test_verdicts')).toBe(0)
})

test('results of a deleted organization are removed with its builds', async () => {
  const { pool, engine } = it.server
  await pool.query('delete from engine.ready')
  const post = (path: string, body: unknown) =>
    it.request<{ id: string }>(ownerToken, 'POST', `/api/v0/organizations${path}`, body)
  await post('', { name: 'Gone', slug: 'gone' })
  await post('/gone/pipelines', { name: 'ci', repository: 'https://github.com/acme/gone', default_branch: 'main' })
  const { id: build } = (
    await post('/gone/pipelines/ci/builds', { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'a' }) })
  ).body
  await (await playJob(it)).end({}, output([one('t')]))
  expect(await countedResults(build)).toBe(1)
  await pool.query("update organizations set deleted_at = now() - interval '8 days' where slug = 'gone'")
  expect(await removeDeleted({ pool, engine })).toBe(1)
  await removeOldResults(pool, new Date(Date.now() + 2 * dayMs))
  expect(await count('test_reports where build_id = $1', build)).toBe(0)
})
