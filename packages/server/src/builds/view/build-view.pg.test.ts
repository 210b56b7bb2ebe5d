import { expect, test } from 'vitest'
import { ir, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'

const it = testServer()

// biome-ignore format: one step a line
const steps = [
  { key: 'compile', cmd: 'make', label: 'Compile' },
  { key: 'unit', cmd: 'make unit', builds_in: 'compile', retry: { limit: 1 } },
  { key: 'report', cmd: 'make report', depends_on: ['unit'] },
]

async function newBuild(slug: string): Promise<string> {
  const path = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const body = { branch: 'main', commit: 'c0ffee', pipeline_ir: ir(...steps) }
  const made = await it.request<{ number: number }>(ownerToken, 'POST', path, body)
  return `${path}/${made.body.number}`
}

const view = async (path: string) => (await it.request(ownerToken, 'GET', `${path}/view`)).body
const end = async (exitCode: number) => (await playJob(it)).end({ exitCode, snapshot: 'kept' })

test('a failed build shows the failed step, its tests and output, the skipped steps, and the start of the failures', async () => {
  const slug = await it.newPipeline()
  await newBuild(slug)
  for (const code of [0, 0, 0]) await end(code)
  const path = await newBuild(slug)
  expect(await view(path)).toMatchObject({
    build: { number: 2, state: 'scheduled' },
    last_passed: { number: 1, commit: 'c0ffee' },
    failing_since: null,
    previous: 1,
    next: null,
    render: null,
    jobs: [
      {
        step_key: 'compile',
        cache: { outcome: 'off' },
        waiting: { message: 'Waiting for a free runner.' },
        image: 'host',
      },
      { step_key: 'unit', waiting: { message: 'Waiting for `Compile`.', refs: [{ kind: 'step', name: 'Compile' }] } },
      { step_key: 'report', waiting: { refs: [{ name: 'unit' }] } },
    ],
  })
  await end(0)
  await end(1)
  const second = await playJob(it)
  await second.log(['ERROR: printed by a test that passes\n', 'a.c:1:1: error: so is this\n'])
  await second.log(['--- FAIL: TestVat (0.00s)\n    vat_test.go:7: got 1, want 2\n', 'FAIL\nFAIL\tvat\t0.1s\n'])
  await second.log(Array.from({ length: 30 }, (_, n) => `line ${n}\n`))
  await second.end({ exitCode: 2 })
  const body = await view(path)
  expect(body).toMatchObject({
    build: { state: 'failed', failed_step: 'unit' },
    failing_since: 2,
    jobs: [
      { state: 'passed', cost: { cents: null, vcpu_seconds: 0 } },
      {
        state: 'failed',
        attempts: [
          { number: 1, cause: 'first', exit_code: 1 },
          { number: 2, cause: 'policy', exit_code: 2 },
        ],
        failure: { kind: 'exit', platform: false, signal: null },
        retry: { allowed: true, reason: null },
      },
      { state: 'skipped', retry: { allowed: false } },
    ],
  })
  const [compile, unit, report] = body.jobs as [
    { id: string },
    { id: string; failure: { tail: string[] }; builds_in: string },
    { skipped_by: string },
  ]
  expect(unit.failure.tail).toEqual(Array.from({ length: 20 }, (_, n) => `line ${n + 10}`))
  const vat = { test: 'TestVat', message: 'got 1, want 2', file: 'vat_test.go', line: 7, log_line: 4 }
  expect(unit.failure).toMatchObject({ first_error_line: 4, failed_tests: 1, other_errors: 0, reports: [vat] })
  expect(unit.builds_in).toBe(compile.id)
  expect(report.skipped_by).toBe(unit.id)
})

test('of more than five failed steps the view explains the first five, and another one on request', async () => {
  const path = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
  const all = Array.from({ length: 7 }, (_, n) => ({ key: `s${n}`, cmd: 'false' }))
  const made = await it.request(ownerToken, 'POST', path, { branch: 'main', commit: 'c', pipeline_ir: ir(...all) })
  expect(made.status).toBe(201)
  for (const { key } of all) {
    const job = await playJob(it)
    await job.log([`${key}.c:7:1: error: broken\n`])
    await job.end({ exitCode: 1 })
  }
  const explained = async (query = '') => {
    const { jobs } = (await it.request<Viewed>(ownerToken, 'GET', `${path}/1/view${query}`)).body
    return { jobs, places: jobs.flatMap(({ failure }) => failure.reports.map(({ file }) => file)) }
  }
  const { jobs, places } = await explained()
  expect(places).toEqual(['s0.c', 's1.c', 's2.c', 's3.c', 's4.c'])
  expect((await explained(`?failed=${jobs[6]?.id}`)).places).toEqual([...places, 's6.c'])
  expect((await explained('?failed=none')).places).toEqual(places)
})

interface Viewed {
  readonly jobs: readonly { readonly id: string; readonly failure: { readonly reports: readonly { file: string }[] } }[]
}

test('web B5 B9 a job shows its place in the queue, its preparation, whether it can be retried, and how to open its file system', async () => {
  await it.server.pool.query('delete from engine.ready')
  const slug = await it.newPipeline({ source_slug: 'checks' })
  const before = await newBuild(slug)
  const path = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const spaced = ir({ key: 'it works', cmd: 'true' }, { key: 'after', cmd: 'true', builds_in: 'it works' })
  await it.request(ownerToken, 'POST', path, { branch: 'main', commit: 'c', pipeline_ir: spaced })
  expect(await view(before)).toMatchObject({ previous: null, next: 2 })
  const [waiting] = (await view(`${path}/2`)).jobs as [Record<string, unknown>]
  expect(waiting).toMatchObject({
    waiting: { message: 'Waiting for a free runner; one job is ahead.', ahead: 1, limit: null },
    assigned_at: null,
    shell: null,
    local_command: "hm run checks -s 'it works'",
  })
  const { store } = it.server.engine
  await store.builds.apply((await playJob(it)).buildId, [{ type: 'cancel', at: Date.now() }])
  await store.leases.take('test-runner', 1, store.now())
  const [assigned] = (await view(`${path}/2`)).jobs as [{ assigned_at: string | null; waiting: { since: string } }]
  expect(assigned).toMatchObject({ state: 'assigned', waiting: { message: 'Preparing the image `host`.' } })
  expect(assigned.waiting.since).toBe(assigned.assigned_at)
  await it.request(ownerToken, 'PUT', `${path}/2/cancel`)
  await store.builds.apply((await it.request<{ id: string }>(ownerToken, 'GET', `${path}/2`)).body.id, [
    { type: 'kill_overdue', job: (assigned as unknown as { id: string }).id, at: Date.now() + 60_000 },
  ])
  const canceled = (await view(`${path}/2`)).jobs as Record<string, unknown>[]
  expect(canceled).toMatchObject([
    { state: 'canceled', retry: { allowed: true }, shell: { available: false } },
    {
      state: 'canceled',
      retry: { allowed: false, reason: '`it works`, which it needs, has not passed; retry that first, or both' },
    },
  ])
  const one = `hm shell 2 'it works' -p ${slug} --org default`
  expect(canceled[0]?.shell).toMatchObject({ command: one, before_command: `${one} --before` })
})

test('the view says who canceled a build, and the event stream resumes at its cursor', async () => {
  const path = await newBuild(await it.newPipeline())
  const before = await view(path)
  await it.request(ownerToken, 'PUT', `${path}/cancel`)
  const after = await view(path)
  expect(after).toMatchObject({ build: { state: 'canceled' }, canceled_by: { user_uuid: expect.any(String) } })
  expect(Number(after.cursor)).toBeGreaterThan(Number(before.cursor))
})

test('an absent build is 404', async () => {
  const slug = await it.newPipeline()
  const path = `/api/v0/organizations/default/pipelines/${slug}/builds/7/view`
  expect(codeOf(await it.request(ownerToken, 'GET', path))).toBe('build_not_found')
})

test('a step with an incomplete cache policy says why it always runs', async () => {
  const slug = await it.newPipeline()
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true', cache: { policy: 'ttl' } }) }
  const path = `/api/v0/organizations/default/pipelines/${slug}/builds`
  expect((await it.request(ownerToken, 'POST', path, body)).status).toBe(201)
  const reason = 'The cache policy "ttl" has no `duration_seconds`, nor a key, so this step always runs.'
  expect((await view(`${path}/1`)).jobs).toMatchObject([{ cache: { outcome: 'off', policy: null, reason } }])
})
