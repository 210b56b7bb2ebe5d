import type { components } from '@harmont/contract'
import type { StepOutput } from '@harmont/engine'
import { beforeEach, expect, test } from 'vitest'
import { ir, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'

type Schemas = components['schemas']
type Case = StepOutput['tests'][number]['cases'][number]

const it = testServer()
const organization = '/api/v0/organizations/default'
let slug = ''
let path = ''

beforeEach(async () => {
  await it.server.pool.query('delete from engine.ready')
  slug = await it.newPipeline()
  path = `${organization}/pipelines/${slug}`
})

const get = async <T>(where: string): Promise<T> => (await it.request<T>(ownerToken, 'GET', `${path}${where}`)).body
const report = (...cases: readonly Partial<Case>[]): Partial<StepOutput> => ({
  tests: [
    {
      ...{ path: 'junit.xml', format: 'junit', faults: 0 },
      cases: cases.map((one, index) => ({ suite: 'cart', name: `t${index}`, state: 'passed', ...one })),
    },
  ],
})

/** Creates a build with one step that reports these tests. */
async function build(branch: string, output: Partial<StepOutput>, facts: { readonly trust?: 'fork' } = {}) {
  const body = { branch, commit: 'c0ffee', pipeline_ir: ir({ key: 'unit', cmd: 'npm test' }) }
  const made = (await it.request<Schemas['Build']>(ownerToken, 'POST', `${path}/builds`, body)).body
  const job = await playJob(it)
  const isRed = (output.tests ?? []).some(({ cases }) => cases.some(({ state }) => state === 'failed'))
  await job.end({ exitCode: isRed ? 1 : 0 }, output)
  if (facts.trust === 'fork') {
    await it.server.pool.query("update build_records set trust = 'fork' where id = $1", [made.id])
    await it.server.pool.query('update engine.test_reports set trusted = false where build_id = $1', [made.id])
  }
  return { number: made.number, jobId: job.id }
}

const unproved = { verdict: null, forks: null, fork_passes: null }
const failed = {
  name: 'rounds',
  state: 'failed',
  file: 'src/cart.test.ts',
  line: 7,
  message: 'expected 2\n  got 1',
} as const

test('web B12 the tests of a build are listed, failed first, then the slowest, with file and line', async () => {
  const { number, jobId } = await build(
    'main',
    report({ durationMs: 5 }, failed, { durationMs: 900 }, { name: 'later', state: 'skipped' }),
  )
  const list = await get<Schemas['BuildTestList']>(`/builds/${number}/tests`)
  expect(list.counts).toEqual({ passed: 2, failed: 1, skipped: 1, errored: 0 })
  expect(list.data.map(({ name }) => name)).toEqual(['rounds', 't2', 't0', 'later'])
  expect(list.data[0]).toEqual({
    ...{ id: list.data[0]?.id, suite: 'cart', name: 'rounds', file: 'src/cart.test.ts', line: 7, state: 'failed' },
    ...{
      duration_ms: null,
      message: 'expected 2\n  got 1',
      new: false,
      ...unproved,
      fork_results: [],
      quarantined: false,
      job_id: jobId,
      report: 'junit.xml',
      cached: false,
    },
  })
  const names = async (query: string) =>
    (await get<Schemas['BuildTestList']>(`/builds/${number}/tests?${query}`)).data.map(({ name }) => name)
  expect(await names('state=passed')).toEqual(['t2', 't0'])
  expect(await names('q=CART.test')).toEqual(['rounds'])
  expect(await names('q=nothing')).toEqual([])
  expect(await names('job=00000000-0000-0000-0000-000000000000')).toEqual([])
  const seen: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Schemas['BuildTestList'] = await get(`/builds/${number}/tests?limit=1&cursor=${cursor}`)
    seen.push(...page.data.map(({ name }) => name))
    cursor = page.next_cursor
  }
  expect(seen).toEqual(['rounds', 't2', 't0', 'later'])
})

test('web B3 the failure of a step names its failed tests from the report, each with its line in the log', async () => {
  await build('main', report({ name: 'rounds' }))
  const body = { branch: 'topic', commit: 'c0ffee', pipeline_ir: ir({ key: 'unit', cmd: 'npm test' }) }
  const { number } = (await it.request<Schemas['Build']>(ownerToken, 'POST', `${path}/builds`, body)).body
  const job = await playJob(it)
  await job.log([
    'compiling\n',
    'TAP version 13\n',
    'not ok 1 - rounds\n',
    '  ---\n',
    '  error: expected 2\n',
    '  ...\n',
  ])
  await job.end({ exitCode: 1 }, report(failed, { name: 'other', state: 'errored' }))
  const view = await get<Schemas['BuildView']>(`/builds/${number}/view`)
  expect(view.has.tests).toBe(true)
  expect(view.jobs[0]?.failure).toMatchObject({ failed_tests: 2, other_errors: 0 })
  expect(view.jobs[0]?.failure?.reports).toEqual([
    {
      test: 'cart › rounds',
      message: 'expected 2',
      file: 'src/cart.test.ts',
      line: 7,
      log_line: 5,
      new: true,
      ...unproved,
    },
    { test: 'cart › other', message: 'failed', file: null, line: null, log_line: null, new: false, ...unproved },
  ])
})

test('a failure is new if the newest earlier build of the default branch passed the test; forks do not count', async () => {
  const isNew = async (number: number) =>
    (await get<Schemas['BuildTestList']>(`/builds/${number}/tests?state=failed`)).data.map((one) => one.new)
  await build('main', report({ name: 'rounds' }))
  const topic = await build('topic', report(failed))
  expect(await isNew(topic.number)).toEqual([true])
  await build('main', report(failed))
  const again = await build('topic', report(failed))
  expect(await isNew(again.number)).toEqual([false])
  await build('main', report({ name: 'rounds' }), { trust: 'fork' })
  expect(await isNew((await build('topic', report(failed))).number)).toEqual([false])
  const twice = { tests: [...(report(failed).tests ?? []), ...(report({ name: 'rounds' }).tests ?? [])] }
  await build('main', report({ name: 'rounds' }))
  const both = await build('topic', twice)
  const { data } = await get<Schemas['BuildTestList']>(`/builds/${both.number}/tests`)
  expect(data.map((one) => `${one.state} ${one.new}`)).toEqual(['failed true', 'passed false'])
  // The first build of the topic branch remains the one in which the test began to fail.
  expect(await isNew(topic.number)).toEqual([true])
})

test("web P7 a pipeline's tests have pass rate, median, last failure and the start of the current failures", async () => {
  await build('main', report({ name: 'rounds', durationMs: 10 }, { name: 'adds' }))
  const first = await build('main', report({ ...failed, durationMs: 30 }, { name: 'adds' }))
  const last = await build('main', report({ ...failed, durationMs: 20 }, { name: 'adds' }))
  await build('topic', report({ name: 'rounds' }, { name: 'only-here' }))
  await build('main', report({ name: 'rounds' }, { name: 'forked' }), { trust: 'fork' })
  const list = await get<Schemas['PipelineTestList']>('/tests')
  expect(list.data.map(({ name }) => name)).toEqual(['adds', 'rounds'])
  expect(list.data[1]).toMatchObject({ runs: 3, failures: 2, median_ms: 20, state: 'failed' })
  expect(list.data[1]?.pass_rate).toBeCloseTo(1 / 3)
  expect(list.data[1]?.last_failure).toMatchObject({ number: last.number, message: 'expected 2\n  got 1' })
  expect(list.data[1]?.failing_since).toMatchObject({ number: first.number })
  const names = async (query: string) =>
    (await get<Schemas['PipelineTestList']>(`/tests?${query}`)).data.map(({ name }) => name)
  expect(await names('state=failing')).toEqual(['rounds'])
  expect(await names('q=ADD')).toEqual(['adds'])
  const page = await get<Schemas['PipelineTestList']>('/tests?limit=1')
  expect(await names(`limit=1&cursor=${page.next_cursor}`)).toEqual(['rounds'])
  const history = await get<Schemas['TestHistory']>(`/tests/${list.data[1]?.id ?? ''}`)
  expect(history.data.map(({ state, branch }) => `${branch} ${state}`)).toEqual([
    ...['topic passed', 'main failed', 'main failed', 'main passed'],
  ])
  expect(history.data[1]).toMatchObject({ number: last.number, step_key: 'unit', attempt: 1, line: 7, duration_ms: 20 })
  await build('main', report({ name: 'rounds' }))
  expect(await names('state=failing')).toEqual([])
  expect(await names('state=failed')).toEqual(['rounds'])
})

test('a test that only forks have run, a test of another pipeline and an absent one give the same 404', async () => {
  const { number } = await build('main', report({ name: 'theirs' }), { trust: 'fork' })
  const [theirs] = (await get<Schemas['BuildTestList']>(`/builds/${number}/tests`)).data
  expect(theirs?.name).toBe('theirs')
  const other = `${organization}/pipelines/${await it.newPipeline()}`
  for (const where of [`${path}/tests/${theirs?.id}`, `${other}/tests/${theirs?.id}`, `${path}/tests/x`])
    expect(codeOf(await it.request(ownerToken, 'GET', where))).toBe('test_not_found')
})

test('the newest attempt of a step with a report counts, and results beyond the limit are reported as omitted', async () => {
  const { number, jobId } = await build('main', report(failed))
  await it.request(ownerToken, 'POST', `${path}/builds/${number}/jobs/${jobId}/retry`)
  const list = () => get<Schemas['BuildTestList']>(`/builds/${number}/tests`)
  expect((await list()).counts.failed).toBe(1)
  const again = await playJob(it)
  await again.end({}, report({ name: 'rounds' }))
  expect((await list()).counts).toEqual({ passed: 1, failed: 0, skipped: 0, errored: 0 })
  const before = await get<Schemas['BuildTestList']>(`/builds/${number}/tests?job=${jobId}`)
  expect(before.counts.failed).toBe(1)
})
