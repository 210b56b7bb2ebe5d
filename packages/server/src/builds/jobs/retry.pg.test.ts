import type { components } from '@harmont/contract'
import { expect, test } from 'vitest'
import { ir, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'

type Build = components['schemas']['Build']
type Job = components['schemas']['Job']

const it = testServer()
const organization = '/api/v0/organizations/default'

/** b builds in a; c runs after b; d is independent. */
const steps = ir(
  { key: 'a', cmd: 'true' },
  { key: 'b', cmd: 'false', builds_in: 'a' },
  { key: 'c', cmd: 'true', depends_on: ['b'] },
  { key: 'd', cmd: 'false' },
)

async function newBuild(pipeline_ir = steps): Promise<string> {
  await it.server.pool.query('delete from engine.ready')
  const path = `${organization}/pipelines/${await it.newPipeline()}/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir, source_b64: '' }
  expect((await it.request(ownerToken, 'POST', path, body)).status).toBe(201)
  return `${path}/1`
}

/** Plays jobs to their end, with exit codes by step key. */
async function play(build: string, exitCodes: Readonly<Record<string, number>>): Promise<void> {
  for (const _ of Object.keys(exitCodes)) {
    const job = await playJob(it)
    const { step_key } = (await it.request<Job>(ownerToken, 'GET', `${build}/jobs/${job.id}`)).body
    await job.end({ exitCode: exitCodes[step_key ?? ''] ?? 0, snapshot: 'snapshot' })
  }
}

async function failedBuild(): Promise<string> {
  const build = await newBuild()
  await play(build, { a: 0, b: 1, d: 1 })
  expect((await get<Build>(build)).state).toBe('failed')
  return build
}

const get = async <T>(path: string) => (await it.request<T>(ownerToken, 'GET', path)).body
const jobsOf = async (build: string, query = '') => (await get<{ data: Job[] }>(`${build}/jobs${query}`)).data
const statesOf = async (build: string) => (await jobsOf(build)).map(({ step_key, state }) => `${step_key} ${state}`)
const retry = (build: string, body: unknown = {}, headers = {}) =>
  it.request<{ data: Job[] }>(ownerToken, 'POST', `${build}/retry`, body, headers)
const idOf = async (build: string, key: string) => (await jobsOf(build)).find((job) => job.step_key === key)?.id ?? ''

test('G08 a retry is a new job and reopens the build; skipped jobs wait again, and every attempt stays readable', async () => {
  const build = await failedBuild()
  const before = await jobsOf(build)
  const old = before.find(({ step_key }) => step_key === 'b')
  const made = await it.request<Job>(ownerToken, 'POST', `${build}/jobs/${old?.id}/retry`)
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({ step_key: 'b', attempt: 2, previous_attempt_id: old?.id, state: 'scheduled' })
  expect(await get<Build>(build)).toMatchObject({ state: 'failing', finished_at: null, error_code: null })
  expect(await statesOf(build)).toEqual(['a passed', 'b scheduled', 'c pending', 'd failed'])
  const after = (await jobsOf(build)).find(({ step_key }) => step_key === 'c')
  expect(after?.depends_on).toEqual([made.body.id])
  expect(await get<Job>(`${build}/jobs/${old?.id}`)).toEqual(old)
  expect((await jobsOf(build, '?attempts=all')).map(({ step_key, attempt }) => `${step_key}${attempt}`)).toEqual([
    'a1',
    'b1',
    'b2',
    'c1',
    'd1',
  ])
  await play(build, { b: 0, c: 0 })
  expect((await get<Build>(build)).state).toBe('failed')
  await retry(build, { step_keys: ['d'] })
  await play(build, { d: 0 })
  expect((await get<Build>(build)).state).toBe('passed')
})

/** Plays the only ready job from one instant to another; null leaves the job running. */
async function playAt(from: number, to: number | null, exitCode = 0): Promise<void> {
  const { store } = it.server.engine
  const [lease] = await store.leases.take('test-runner', 1, store.now())
  if (lease === undefined) throw new Error('no job is ready')
  const { jobId: job, buildId, fence } = lease
  const outcome = { kind: 'exited', exitCode, signal: null, limit: null, snapshot: null } as const
  await store.builds.apply(buildId, [
    { type: 'started', job, fence, at: from },
    ...(to === null ? [] : [{ type: 'ended', job, fence, at: to, outcome } as const]),
  ])
}

test('a build of 50 s that is retried 35 minutes later and then takes 20 s has a run time of 70 s', async () => {
  const slug = await it.newPipeline()
  const builds = `${organization}/pipelines/${slug}/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }), source_b64: '' }
  await it.server.pool.query('delete from engine.ready')
  await it.request(ownerToken, 'POST', builds, body)
  const began = Date.now() - 36 * 60_000
  await it.server.pool.query(
    "update build_records set created_at = created_at - interval '1 hour' where source = 'api'",
  )
  await playAt(began, began + 50_000, 1)
  const runMs = async (number = 1) =>
    (await get<{ build: { run_ms: number } }>(`${builds}/${number}/view`)).build.run_ms
  expect(await runMs()).toBe(50_000)
  await retry(`${builds}/1`)
  expect(await runMs()).toBeGreaterThanOrEqual(50_000)
  expect(await runMs()).toBeLessThan(5 * 60_000)
  const { rows } = await it.server.pool.query<{ from: Date }>('select max(created_at) as from from engine.jobs')
  const retried = rows[0]?.from.getTime() ?? 0
  await playAt(retried + 5_000, retried + 20_000)
  expect(await runMs()).toBe(70_000)
  const { data } = await get<{ data: { run_ms: number }[] }>(`${organization}/builds?pipeline=${slug}`)
  expect(data[0]?.run_ms).toBe(70_000)
  await it.request(ownerToken, 'POST', builds, body)
  await playAt(Date.now(), null)
  // The estimate is based on the run times of builds.
  const { eta_ms } = await get<{ eta_ms: number }>(`${builds}/2/view`)
  expect(eta_ms).toBeGreaterThan(0)
  expect(eta_ms).toBeLessThanOrEqual(70_000)
})

test('without a list, every job that can be retried is retried at once', async () => {
  const build = await failedBuild()
  const made = await retry(build)
  expect(made.status).toBe(201)
  expect(made.body.data.map(({ step_key, attempt }) => `${step_key}${attempt}`)).toEqual(['b2', 'd2'])
  expect(await statesOf(build)).toEqual(['a passed', 'b scheduled', 'c pending', 'd scheduled'])
  expect((await get<Build>(build)).state).toBe('running')
  const again = await retry(build)
  expect([again.status, codeOf(again)]).toEqual([409, 'job_not_retryable'])
})

test('a retry of a canceled build includes the jobs that were canceled before they began', async () => {
  const build = await newBuild()
  await play(build, { a: 0 })
  await it.request(ownerToken, 'PUT', `${build}/cancel`)
  expect(await statesOf(build)).toEqual(['a passed', 'b canceled', 'c canceled', 'd canceled'])
  const [b, c] = [await idOf(build, 'b'), await idOf(build, 'c')]
  const made = await retry(build, { job_ids: [c, b] })
  expect(made.body.data.map(({ step_key, attempt, state }) => `${step_key}${attempt} ${state}`)).toEqual([
    'b2 scheduled',
    'c1 pending',
  ])
  expect((await get<Build>(build)).state).toBe('running')
})

test('a job that passed, was skipped, is active or was retried cannot be retried, and then no job of the list is', async () => {
  const build = await failedBuild()
  const [a, b, c, d] = await Promise.all(['a', 'b', 'c', 'd'].map((key) => idOf(build, key)))
  const refused = async (...ids: readonly (string | undefined)[]) => {
    const answer = await retry(build, { job_ids: ids })
    expect([answer.status, codeOf(answer)]).toEqual([409, 'job_not_retryable'])
  }
  await refused(a)
  await refused(c)
  await refused(b, a)
  expect(await statesOf(build)).toEqual(['a passed', 'b failed', 'c skipped', 'd failed'])
  expect((await retry(build, { job_ids: [d] })).status).toBe(201)
  await refused(d)
  await refused(await idOf(build, 'd'))
  const single = await it.request(ownerToken, 'POST', `${build}/jobs/${d}/retry`)
  expect([single.status, codeOf(single)]).toEqual([409, 'job_not_retryable'])
})

test('a job whose prerequisite failed is retried together with it, not alone', async () => {
  const build = await newBuild(
    ir(
      { key: 'a', cmd: 'x' },
      { key: 'b', cmd: 'x', depends_on: ['a'], continue_on_failure: true },
      { key: 'c', cmd: 'x', depends_on: ['b'] },
    ),
  )
  await play(build, { a: 1, b: 1 })
  expect((await retry(build, { step_keys: ['b'] })).status).toBe(201)
})

test('no job is retried while the build is being canceled', async () => {
  const build = await newBuild()
  await play(build, { a: 0, b: 1 })
  const running = await playJob(it)
  await it.request(ownerToken, 'PUT', `${build}/cancel`)
  expect(codeOf(await retry(build, { step_keys: ['b'] }))).toBe('job_not_retryable')
  await running.end()
})

test('a file system expires after a day, and the answer suggests a rebuild', async () => {
  const build = await failedBuild()
  await it.server.pool.query(
    "update engine.builds set finished_at = now() - interval '25 hours', version = version + 1 where id = $1",
    [(await get<Build>(build)).id],
  )
  const b = await retry(build, { step_keys: ['b'] })
  expect([b.status, codeOf(b)]).toEqual([409, 'job_not_retryable'])
  expect(JSON.stringify(b.body)).toContain('rebuild')
  // A step that starts from its image depends on no snapshot that could have expired.
  expect((await retry(build, { step_keys: ['d'] })).status).toBe(201)
})

test('G08 exactly one of ten concurrent retries of a job succeeds, and creates one attempt', async () => {
  const build = await failedBuild()
  const d = await idOf(build, 'd')
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => it.request<Job>(ownerToken, 'POST', `${build}/jobs/${d}/retry`)),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)])
  const all = await jobsOf(build, '?attempts=all')
  expect(all.filter(({ step_key }) => step_key === 'd').map(({ attempt }) => attempt)).toEqual([1, 2])
})

test('one idempotency key retries once, even if the first process died before its retry or answer', async () => {
  const build = await failedBuild()
  const d = await idOf(build, 'd')
  const key = { 'idempotency-key': 'retry-1' }
  const path = `${build}/jobs/${d}/retry`
  const lose = () =>
    it.server.pool.query(
      "update idempotency_keys set status = null, headers = null, body = null, lease_until = now() - interval '1 second' where key = $1",
      ['retry-1'],
    )
  const first = await it.request<Job>(ownerToken, 'POST', path, undefined, key)
  expect(first.body.attempt).toBe(2)
  await lose()
  const again = await it.request<Job>(ownerToken, 'POST', path, undefined, key)
  expect([again.status, again.body.id, again.headers.get('idempotent-replayed')]).toEqual([201, first.body.id, 'true'])
  // Simulates a process that was killed after it recorded the retry and before it applied it.
  const other = await failedBuild()
  const undone = { 'idempotency-key': 'retry-2' }
  const failed = await idOf(other, 'd')
  await it.request(ownerToken, 'POST', `${other}/jobs/${failed}/retry`, undefined, undone)
  await it.server.pool.query(
    `update idempotency_keys set subject = $1, request_hash = request_hash, status = null, headers = null, body = null,
       lease_until = now() - interval '1 second' where key = 'retry-2'`,
    [JSON.stringify([await idOf(other, 'b')])],
  )
  const done = await it.request<Job>(ownerToken, 'POST', `${other}/jobs/${failed}/retry`, undefined, undone)
  expect(done.body).toMatchObject({ step_key: 'b', attempt: 2, state: 'scheduled' })
})

test('lists with absent steps, absent jobs or jobs of other builds are refused', async () => {
  const build = await failedBuild()
  const other = await failedBuild()
  const unknown = await retry(build, { step_keys: ['nowhere'] })
  expect([unknown.status, codeOf(unknown)]).toEqual([422, 'request_invalid'])
  for (const id of ['00000000-0000-4000-8000-000000000000', await idOf(other, 'd')]) {
    const answer = await retry(build, { job_ids: [id] })
    expect([answer.status, codeOf(answer)]).toEqual([404, 'job_not_found'])
    const single = await it.request(ownerToken, 'POST', `${build}/jobs/${id}/retry`)
    expect([single.status, codeOf(single)]).toEqual([404, 'job_not_found'])
  }
})

test('a retry is refused under the same conditions as a new build', async () => {
  const build = await failedBuild()
  const pipeline = build.replace(/\/builds\/1$/, '')
  const { token } = await it.newUser('retry-stranger')
  expect((await it.request(token, 'POST', `${build}/retry`, {})).status).toBe(404)
  await it.request(ownerToken, 'PATCH', pipeline, { allow_manual: false })
  expect(codeOf(await retry(build))).toBe('pipeline_manual_disabled')
  await it.request(ownerToken, 'PATCH', pipeline, { archived: true })
  expect(codeOf(await retry(build))).toBe('pipeline_archived')
})

test('a reopened build has the token for its runners until it ends again', async () => {
  const build = await failedBuild()
  const { id } = await get<Build>(build)
  const tokenOf = async () =>
    (await it.server.pool.query('select runner_token_hash from build_records where id = $1', [id])).rows[0]
      .runner_token_hash
  await expect.poll(tokenOf).toBeNull()
  await retry(build, { step_keys: ['d'] })
  expect(await tokenOf()).toMatch(/^[0-9a-f]{64}$/)
  await play(build, { d: 0 })
  await expect.poll(tokenOf).toBeNull()
})

test('G10 a list by state finds builds by their state after retries', async () => {
  const { rows } = await it.server.pool.query(
    'select count(*)::int as all, count(*) filter (where r.state <> b.state)::int as wrong from build_records r join engine.builds b on b.id = r.id',
  )
  expect(rows[0]).toMatchObject({ wrong: 0 })
  expect(rows[0].all).toBeGreaterThan(10)
})
