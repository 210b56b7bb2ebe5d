import { expect, test } from 'vitest'
import { ir, playJob } from '../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../testing/server.ts'

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

test('a failed build tells what failed, with its last words, what that skipped, and since when', async () => {
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
        waiting: { message: 'Waits for a free runner.' },
        image: 'host',
      },
      { step_key: 'unit', waiting: { message: 'Waits for `Compile`.', refs: [{ kind: 'step', name: 'Compile' }] } },
      { step_key: 'report', waiting: { refs: [{ name: 'unit' }] } },
    ],
  })
  await end(0)
  await end(1)
  const second = await playJob(it)
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
  expect(unit.builds_in).toBe(compile.id)
  expect(report.skipped_by).toBe(unit.id)
})

test('it tells who canceled a build, and its cursor goes on in the event stream', async () => {
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
