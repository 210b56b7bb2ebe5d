import type { components } from '@harmont/contract'
import { expect, test } from 'vitest'
import { ir, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'
import { orderSteps } from './order-steps.ts'

type Job = components['schemas']['Job']
const it = testServer()
const organization = '/api/v0/organizations/default'

async function newBuild(...steps: readonly Readonly<Record<string, unknown>>[]): Promise<string> {
  const slug = await it.newPipeline()
  const path = `${organization}/pipelines/${slug}/builds`
  const made = await it.request(ownerToken, 'POST', path, { branch: 'main', commit: 'c', pipeline_ir: ir(...steps) })
  expect(made.status).toBe(201)
  return `${path}/1`
}

async function listJobs(build: string): Promise<readonly Job[]> {
  return (await it.request<{ data: Job[] }>(ownerToken, 'GET', `${build}/jobs`)).body.data
}

test('nobody outside the organization lists or reads jobs', async () => {
  const build = await newBuild({ key: 'a', cmd: 'true' })
  const [job] = await listJobs(build)
  const stranger = await it.newUser('job-stranger')
  for (const path of [`${build}/jobs`, `${build}/jobs/${job?.id}`]) {
    expect((await it.request(null, 'GET', path)).status).toBe(401)
    expect((await it.request(stranger.token, 'GET', path)).status).toBe(404)
  }
  await it.request(ownerToken, 'PUT', `${build}/cancel`)
})

test('G31 a job of another build, an absent one and a malformed id give the same 404', async () => {
  const build = await newBuild({ key: 'a', cmd: 'true' })
  const other = await newBuild({ key: 'a', cmd: 'true' })
  const [foreign] = await listJobs(other)
  for (const id of [foreign?.id, '00000000-0000-4000-8000-000000000000', 'x', '%00']) {
    const answer = await it.request(ownerToken, 'GET', `${build}/jobs/${id}`)
    expect([answer.status, codeOf(answer)]).toEqual([404, 'job_not_found'])
  }
  for (const path of [build, other]) await it.request(ownerToken, 'PUT', `${path}/cancel`)
})

test('jobs are listed after their prerequisites, with the reason why they wait', async () => {
  const build = await newBuild(
    { key: 'last', cmd: 'true', depends_on: ['middle'], soft_fail: [75], label: 'The last' },
    { key: 'middle', cmd: 'true', builds_in: 'first', retry: { limit: 2, delay_seconds: 5, exit_codes: '*' } },
    { key: 'first', cmd: 'echo first', soft_fail: true },
  )
  const jobs = await listJobs(build)
  const [first, middle, last] = jobs
  expect(jobs.map(({ step_key }) => step_key)).toEqual(['first', 'middle', 'last'])
  expect(jobs.map(({ wait_reason }) => wait_reason)).toEqual(['runner', 'dependencies', 'dependencies'])
  expect(first).toMatchObject({
    state: 'scheduled',
    command: 'echo first',
    depends_on: [],
    attempt: 1,
    cached: false,
    soft_fail_policy: { exit_codes: '*' },
    retry_policy: null,
    exit_code: null,
    skip_reason: null,
  })
  expect(middle).toMatchObject({
    depends_on: [first?.id],
    retry_policy: { limit: 2, delay_seconds: 5, exit_codes: '*' },
  })
  expect(last).toMatchObject({ name: 'The last', depends_on: [middle?.id], soft_fail_policy: { exit_codes: [75] } })
  expect((await it.request(ownerToken, 'GET', `${build}/jobs/${middle?.id}`)).body).toEqual(middle)
  await it.request(ownerToken, 'PUT', `${build}/cancel`)
})

test('G08 a retry is the next attempt: it is listed in place of the earlier one, which stays readable', async () => {
  const build = await newBuild(
    { key: 'flaky', cmd: 'false', retry: { limit: 1 } },
    { key: 'after', cmd: 'true', depends_on: ['flaky'] },
  )
  const job = await playJob(it)
  await job.end({ exitCode: 3 })
  const [flaky, after] = await listJobs(build)
  expect(flaky).toMatchObject({ attempt: 2, previous_attempt_id: job.id, state: 'scheduled' })
  expect(after?.depends_on).toEqual([flaky?.id])
  const earlier = await it.request<Job>(ownerToken, 'GET', `${build}/jobs/${job.id}`)
  expect(earlier.body).toMatchObject({ id: job.id, attempt: 1, state: 'failed', exit_code: 3, step_key: 'flaky' })
  await it.request(ownerToken, 'PUT', `${build}/cancel`)
})

test('a job that waits for its retry says so', async () => {
  const build = await newBuild({ key: 'flaky', cmd: 'false', retry: { limit: 1, delay_seconds: 600 } })
  const job = await playJob(it)
  await job.end({ exitCode: 1 })
  expect(await listJobs(build)).toMatchObject([{ attempt: 2, wait_reason: 'retry_delay' }])
  await it.request(ownerToken, 'PUT', `${build}/cancel`)
})

test('a failed job has its exit code, and its dependents are skipped with the reason', async () => {
  const build = await newBuild({ key: 'a', cmd: 'false' }, { key: 'b', cmd: 'true', depends_on: ['a'] })
  const job = await playJob(it)
  await job.end({ exitCode: 7 })
  expect(await listJobs(build)).toMatchObject([
    { state: 'failed', exit_code: 7, wait_reason: null },
    { state: 'skipped', skip_reason: 'prerequisite', started_at: null },
  ])
  const ended = await it.request(ownerToken, 'GET', build)
  expect(ended.body).toMatchObject({ state: 'failed', error_code: null })
})

test('a chain of 20,000 steps in reverse order is sorted', () => {
  const count = 20_000
  const steps = Array.from({ length: count }, (_, index) => ({
    buildsIn: null,
    dependsOn: index + 1 < count ? [index + 1] : [],
  }))
  expect(orderSteps(steps as never).slice(0, 3)).toEqual([count - 1, count - 2, count - 3])
})

test('G117 appended steps are ordinary jobs, with their generator, in lists, views, usage and summaries', async () => {
  const build = await newBuild(
    { key: 'plan', cmd: 'true', append: { max: 5 } },
    { key: 'deploy', cmd: 'true', after_appended: ['plan'] },
  )
  const added = [
    { key: 'unit', cmd: 'make unit', resources: { cpu: 3 } },
    { key: 'lint', cmd: 'make lint', image: 'host', soft_fail: true },
  ]
  await (await playJob(it)).end({ snapshot: 'files' }, {}, [ir(...added)])
  const [plan, unit, lint, deploy] = await listJobs(build)
  expect([plan, unit, lint, deploy].map((job) => [job?.step_key, job?.state])).toEqual([
    ...[
      ['plan', 'passed'],
      ['unit', 'scheduled'],
      ['lint', 'scheduled'],
      ['deploy', 'pending'],
    ],
  ])
  expect([plan, unit, lint].map((job) => job?.appended_by)).toEqual([null, plan?.id, plan?.id])
  expect(deploy).toMatchObject({ depends_on: [plan?.id], after_appended: [plan?.id] })
  const waiting = await it.request<{ jobs: Record<string, unknown>[] }>(ownerToken, 'GET', `${build}/view`)
  expect(waiting.body.jobs.at(-1)).toMatchObject({
    waits_on: [],
    waiting: { message: 'Waiting for `unit`, `lint`.' },
  })
  for (const exitCode of [1, 1]) await (await playJob(it)).end({ exitCode })
  const ended = await it.request<{ error: unknown; failed_step: string; state: string }>(
    ownerToken,
    'GET',
    `${build}/view`,
  )
  expect(ended.body).toMatchObject({ build: { state: 'failed', failed_step: 'unit' } })
  const { rows } = await it.server.pool.query<{ step_key: string; cpu_count: number }>(
    `select step_key, cpu_count from unmetered_jobs where job_id = $1 union select step_key, cpu_count from vm_leases where job_id = $1`,
    [unit?.id],
  )
  expect(rows).toEqual([{ step_key: 'unit', cpu_count: 3 }])
})
