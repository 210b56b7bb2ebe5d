import type { components } from '@harmont/contract'
import type { StepOutput } from '@harmont/engine'
import { beforeEach, expect, test } from 'vitest'
import { ir, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'
import { liftPassed, quarantineProved } from './quarantine.ts'

type Schemas = components['schemas']
type Report = StepOutput['tests'][number]

const it = testServer()
let slug = ''
let path = ''

beforeEach(async () => {
  await it.server.pool.query('delete from engine.ready')
  slug = await it.newPipeline()
  path = `/api/v0/organizations/default/pipelines/${slug}`
})

const get = async <T>(where: string): Promise<T> => (await it.request<T>(ownerToken, 'GET', `${path}${where}`)).body
const named = async (query: string) =>
  (await get<Schemas['PipelineTestList']>(`/tests?${query}`)).data.map(({ name }) => name)
const testOf = async (name: string) => {
  const [found] = (await get<Schemas['PipelineTestList']>(`/tests?q=${name}`)).data
  if (found === undefined) throw new Error(`expected the test ${name}`)
  return found
}
const change = (id: string, quarantined: boolean) =>
  it.request<Schemas['PipelineTest']>(ownerToken, 'PATCH', `${path}/tests/${id}`, { quarantined })

interface Played {
  readonly branch?: string
  readonly quarantine?: boolean
  readonly exitCode?: number
  readonly report?: Partial<Report>
}

/**
 * Plays a build with one step in which the tests of these names fail. The test `adds` always
 * passes.
 */
async function play(failed: readonly string[], given: Played = {}) {
  const { branch = 'main', quarantine = true, exitCode = failed.length === 0 ? 0 : 1, report = {} } = given
  const step = { key: 'unit', cmd: 'npm test', tests: quarantine ? { quarantine: true } : {} }
  const body = { branch, commit: 'c0ffee', pipeline_ir: ir(step, { key: 'last', cmd: 'x', depends_on: ['unit'] }) }
  const made = (await it.request<Schemas['Build']>(ownerToken, 'POST', `${path}/builds`, body)).body
  const job = await playJob(it)
  const cases = [
    ...['rounds', 'flakes'].map((name) => ({ name, state: failed.includes(name) ? 'failed' : 'passed' }) as const),
    { name: 'adds', state: 'passed' } as const,
  ].map((one) => ({ suite: 'cart', ...one }))
  const read: Report = { path: 'junit.xml', format: 'junit', faults: 0, cases, ...report }
  await job.end({ exitCode }, { tests: [read] })
  const view = await get<Schemas['BuildView']>(`/builds/${made.number}/view`)
  await it.server.pool.query('delete from engine.ready')
  return { id: made.id ?? '', number: made.number, jobId: job.id, unit: view.jobs[0], last: view.jobs[1] }
}

/** Plays forks that prove a build's failed test flaky. */
async function prove(build: { readonly id: string }, at = new Date()): Promise<void> {
  await it.server.pool.query(
    `insert into engine.test_verdicts (report, test, verdict, forks, fork_passes, at)
     select x.report, x.test, 'flaky', 3, 1, $2 from engine.test_results x join engine.test_reports t on t.id = x.report
      where t.build_id = $1 and x.state = 'f'`,
    [build.id, at],
  )
  await quarantineProved(it.server.pool, build.id)
}

test('G72 a step fails softly when all its failed tests are in quarantine, and says so; without it, or with another failed test, it fails', async () => {
  expect((await play(['rounds'])).last?.state).toBe('skipped')
  const { id } = await testOf('rounds')
  const put = await change(id, true)
  expect(put.body.quarantine).toMatchObject({ proved_at: null })
  const soft = await play(['rounds'])
  expect(soft.unit).toMatchObject({ state: 'failed', soft_failed: true, failure: { quarantined: 1 } })
  expect(soft.last?.state).toBe('scheduled')
  const log = await fetch(`${it.server.url}/v0/jobs/${soft.jobId}/logs.txt?meta=1`, {
    headers: { authorization: `Bearer ${ownerToken}` },
  })
  expect(await log.text()).toContain('failed softly: 1 test in quarantine')
  const [listed] = (await get<Schemas['BuildTestList']>(`/builds/${soft.number}/tests?state=failed`)).data
  expect(listed).toMatchObject({ name: 'rounds', quarantined: true, verdict: 'proving' })
  const red: readonly (readonly [failed: readonly string[], how: Played])[] = [
    [['rounds', 'flakes'], {}],
    [['rounds'], { quarantine: false }],
    [['rounds'], { exitCode: 139 }],
    [['rounds'], { report: { faults: 1 } }],
    [['rounds'], { report: { problem: 'it ends early' } }],
    [[], { exitCode: 1 }],
  ]
  for (const [failed, how] of red)
    expect([failed, how, (await play(failed, how)).unit?.soft_failed]).toEqual([failed, how, false])
  expect((await play(['rounds'], { branch: 'topic' })).unit?.soft_failed).toBe(true)
  expect((await change(id, false)).body.quarantine).toBe(null)
  expect((await play(['rounds'])).unit?.soft_failed).toBe(false)
  const { rows } = await it.server.pool.query(
    "select action, subject, details->>'pipeline' as pipeline from audit_events where action like 'test.%' and details->>'pipeline' = $1 order by created_at",
    [slug],
  )
  expect(rows.map(({ action, subject }) => `${action} ${subject}`)).toEqual([
    'test.quarantined cart › rounds',
    'test.released cart › rounds',
  ])
})

test('G72 only a proof on the default branch, in a step with the option, puts a test into quarantine', async () => {
  const quarantined = () => named('state=quarantined')
  await prove(await play(['rounds'], { branch: 'topic' }))
  await prove(await play(['rounds'], { quarantine: false }))
  const fork = await play(['rounds'])
  await it.server.pool.query("update build_records set trust = 'fork' where id = $1", [fork.id])
  await it.server.pool.query('update engine.test_reports set trusted = false where build_id = $1', [fork.id])
  await prove(fork)
  expect(await quarantined()).toEqual([])
  const proved = await play(['rounds'])
  await prove(proved)
  expect(await quarantined()).toEqual(['rounds'])
  expect(await named('state=flaky')).toEqual(['rounds'])
  const found = await testOf('rounds')
  expect(found.flaky).toMatchObject({ number: proved.number, forks: 3, fork_passes: 1 })
  expect(found.quarantine?.proved_at).not.toBe(null)
  const { data } = await get<Schemas['TestHistory']>(`/tests/${found.id}`)
  expect(data[0]).toMatchObject({ number: proved.number, verdict: 'flaky', forks: 3, fork_passes: 1 })
  const view = await get<Schemas['BuildView']>(`/builds/${proved.number}/view`)
  expect(view.jobs[0]?.failure?.reports?.[0]).toMatchObject({ verdict: 'flaky', forks: 3, fork_passes: 1 })
})

test('a proof from before a lift does not restore the quarantine, a later one does; a quarantine ends after 14 days', async () => {
  const build = await play(['rounds'])
  await prove(build)
  const { id } = await testOf('rounds')
  await change(id, false)
  await quarantineProved(it.server.pool, build.id)
  expect((await testOf('rounds')).quarantine).toBe(null)
  await prove(await play(['rounds']))
  expect((await testOf('rounds')).quarantine).not.toBe(null)
  await it.server.pool.query("update engine.quarantines set until = now() - interval '1 second'")
  expect((await play(['rounds'])).unit?.soft_failed).toBe(false)
  await prove(await play(['flakes']), new Date(Date.now() - 15 * 24 * 3600 * 1000))
  expect(await named('state=quarantined')).toEqual([])
})

test('50 passes in a row on the default branch lift a quarantine; cached results do not count, and a failure restarts the count', async () => {
  await prove(await play(['rounds']))
  const passes = async (count: number, cached = false) => {
    await it.server.pool.query(
      `with b as (
         insert into build_records (id, pipeline_id, number, branch, commit, source, created_at, state)
         select gen_random_uuid(), p.id, p.last_build_number + n, 'main', 'c', 'api', now(), 'passed'
           from pipelines p, generate_series(1, $2::int) n where p.slug = $1 returning id, pipeline_id),
       e as (insert into engine.builds (id, queue, state, cancel_requested, created_at, version) select id, 'q', 'passed', false, now(), 1 from b returning id),
       j as (insert into engine.jobs (id, build_id, step, attempt, state, fence, lost, created_at, soft_failed, cached, version)
         select gen_random_uuid(), id, 0, 1, 'passed', 1, 0, now(), false, false, 1 from e returning id, build_id),
       t as (insert into engine.test_reports (build_id, job_id, pipeline, trusted, path, format, faults, passed, failed, skipped, errored, left_out, written_at, at, cached)
         select b.id, j.id, b.pipeline_id::text, true, 'junit.xml', 'junit', 0, 1, 0, 0, 0, 0, now(), now(), $3
           from b join j on j.build_id = b.id returning id, pipeline)
       insert into engine.test_results (report, test, state) select t.id, c.id, 'p' from t join engine.test_cases c on c.pipeline = t.pipeline`,
      [slug, count, cached],
    )
    await it.server.pool.query('update pipelines set last_build_number = last_build_number + $2 where slug = $1', [
      slug,
      count,
    ])
  }
  const last = async () => liftPassed(it.server.pool, (await play([])).id)
  await passes(48)
  await passes(5, true)
  await last()
  expect((await testOf('rounds')).quarantine).not.toBe(null)
  await play(['rounds'])
  await last()
  expect((await testOf('rounds')).quarantine).not.toBe(null)
  await passes(48)
  await last()
  expect((await testOf('rounds')).quarantine).toBe(null)
})

test('a test of another pipeline, an absent one, and one that only forks have run cannot be put into quarantine', async () => {
  await play([])
  const { id } = await testOf('rounds')
  const other = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}`
  for (const where of [`${other}/tests/${id}`, `${path}/tests/x`])
    expect(codeOf(await it.request(ownerToken, 'PATCH', where, { quarantined: true }))).toBe('test_not_found')
  await it.server.pool.query('update engine.test_reports set trusted = false')
  expect(codeOf(await change(id, true))).toBe('test_not_found')
})
