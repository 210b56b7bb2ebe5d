/** Tests that the API reports waits for limits and groups correctly. */
import type { components } from '@harmont/contract'
import { createLocalPort, type LeaseRef, noOutput } from '@harmont/engine'
import { afterEach, expect, test } from 'vitest'
import { describeLimits, limits, readLimit } from '../../commands/limits.ts'
import { findPipeline } from '../../organizations/pipelines/store.ts'
import { ir, playJob } from '../../testing/runner.ts'
import { ownerToken, testServer } from '../../testing/server.ts'
import { type BuildFacts, requestedFacts } from '../records/build-facts.ts'
import { submitBuild } from '../submit/submit-build.ts'

type Build = components['schemas']['Build']
type Job = components['schemas']['Job']
type JobView = components['schemas']['JobView']

const it = testServer()
const organization = '/api/v0/organizations/default'

const get = async <T>(path: string) => (await it.request<T>(ownerToken, 'GET', path)).body
const viewOf = async (path: string) => get<{ jobs: JobView[] }>(`${path}/view`)
const jobsOf = async (path: string) => (await get<{ data: Job[] }>(`${path}/jobs`)).data
const stateOf = async (path: string) => (await get<Build>(path)).state

interface Made {
  readonly path: string
  readonly id: string
  readonly slug: string
}

/** Leases and starts this many ready jobs. */
async function take(count: number): Promise<readonly LeaseRef[]> {
  const leases = await it.server.engine.store.leases.take('test-runner', count, it.server.engine.store.now())
  for (const lease of leases) await runnerPort().started(lease, new Date())
  expect(leases).toHaveLength(count)
  return leases
}

function runnerPort() {
  const unasked = () => Promise.reject(new Error('nothing of the kind is needed'))
  const { store } = it.server.engine
  return createLocalPort({ store, sources: { offer: unasked }, secrets: { of: unasked }, log: () => {} })
}

async function start(slug: string, pipelineIr: string, branch = 'main'): Promise<Made> {
  const path = `${organization}/pipelines/${slug}/builds`
  const made = await it.request<Build>(ownerToken, 'POST', path, { branch, commit: 'c', pipeline_ir: pipelineIr })
  expect(made.status).toBe(201)
  return { path: `${path}/${made.body.number}`, id: made.body.id ?? '', slug }
}

const grouped = (
  concurrency: Readonly<Record<string, unknown>>,
  ...steps: readonly Readonly<Record<string, unknown>>[]
) => JSON.stringify({ ...JSON.parse(ir(...steps)), concurrency })
const deploy = (scope: 'pipeline' | 'organization') => ({
  key: 'deploy',
  cmd: 'true',
  concurrency: { group: 'production', limit: 1, scope },
})

/** Runs the operator's command while the server is running. */
async function command(...args: readonly string[]): Promise<void> {
  await limits(args, it.environment)
}

afterEach(async () => {
  const { rows } = await it.server.pool.query<{ id: string }>('select id from engine.builds where finished_at is null')
  for (const { id } of rows) await it.server.engine.store.builds.apply(id, [{ type: 'cancel', at: Date.now() }])
  const { rows: open } = await it.server.pool.query('select id from engine.builds where finished_at is null')
  expect(open).toEqual([])
})

test('G05 two pipelines that deploy to one target do so one after the other, and name the running one', async () => {
  const [web, api] = [await it.newPipeline(), await it.newPipeline()]
  const first = await start(web, ir(deploy('organization')))
  const second = await start(api, ir(deploy('organization')))
  const third = await start(web, ir(deploy('organization')))
  const own = await start(api, ir(deploy('pipeline')))
  const running = await playJob(it)
  expect(running.buildId).toBe(first.id)
  const beside = await playJob(it)
  expect(beside.buildId).toBe(own.id)
  await expect(playJob(it)).rejects.toThrow('no job is ready')
  const [waiting] = (await viewOf(third.path)).jobs
  expect(waiting).toMatchObject({
    wait_reason: 'concurrency_group',
    waiting: {
      message:
        'Waiting for its turn in the concurrency group `production`, which runs one job at a time; one job is ahead.',
      limit: 1,
      ahead: 1,
      refs: [
        { kind: 'concurrency_group', name: 'production', job_id: null, pipeline_slug: null },
        { kind: 'holder', name: 'deploy', job_id: running.id, pipeline_slug: web, build_number: 1 },
      ],
    },
  })
  expect(await jobsOf(second.path)).toMatchObject([{ wait_reason: 'concurrency_group' }])
  expect(await get<Build>(second.path)).toMatchObject({ state: 'scheduled', wait_reason: 'concurrency_group' })
  await running.end()
  for (const { id } of [second, third]) {
    const next = await playJob(it)
    expect(next.buildId).toBe(id)
    await expect(playJob(it)).rejects.toThrow('no job is ready')
    await next.end()
  }
  await beside.end()
})

test('G05 builds of a group wait for each other, each with a link to the running one', async () => {
  const slug = await it.newPipeline()
  const text = grouped(
    { group: `${'$'}{branch}`, limit: 1 },
    { key: 'a', cmd: 'x' },
    { key: 'b', cmd: 'x', depends_on: ['a'] },
  )
  const first = await start(slug, text)
  const second = await start(slug, text)
  const third = await start(slug, text)
  const other = await start(slug, text, 'other')
  expect(await get<Build>(second.path)).toMatchObject({ state: 'scheduled', wait_reason: 'concurrency_group' })
  const { data: listed } = await get<{ data: Build[] }>(`${organization}/pipelines/${slug}/builds`)
  expect(listed.map(({ wait_reason }) => wait_reason)).toEqual([
    'runner',
    'concurrency_group',
    'concurrency_group',
    'runner',
  ])
  expect((await jobsOf(third.path)).map(({ wait_reason }) => wait_reason)).toEqual([
    'concurrency_group',
    'concurrency_group',
  ])
  for (const { waiting } of (await viewOf(third.path)).jobs)
    expect(waiting).toMatchObject({
      message:
        'Waiting for its turn in the concurrency group `main`, which runs one build at a time; one build is ahead.',
      limit: 1,
      ahead: 1,
      refs: [
        { kind: 'concurrency_group', name: 'main' },
        { kind: 'holder', name: `${slug} #1`, job_id: null, pipeline_slug: slug, build_number: 1 },
      ],
    })
  const played: string[] = []
  for (let turn = 0; turn < 8; turn++) {
    const job = await playJob(it)
    played.push(job.buildId)
    await job.end()
  }
  expect(played.filter((id) => id !== other.id)).toEqual(
    [first, first, second, second, third, third].map(({ id }) => id),
  )
})

test('G05 a newer build of a branch cancels the running one, and starts when that has ended', async () => {
  const slug = await it.newPipeline()
  const text = grouped({ group: `${'$'}{branch}`, limit: 1, when_full: 'cancel_running' }, { key: 'a', cmd: 'x' })
  const first = await start(slug, text)
  const running = await playJob(it)
  const second = await start(slug, text)
  const third = await start(slug, text)
  expect([await stateOf(first.path), await stateOf(second.path)]).toEqual(['canceling', 'canceled'])
  await expect(playJob(it)).rejects.toThrow('no job is ready')
  await running.end({ exitCode: null, signal: 'SIGTERM' })
  expect(await get<Build>(first.path)).toMatchObject({
    state: 'canceled',
    error_code: 'superseded',
    error_message: 'Superseded by a newer build in the concurrency group `main`.',
  })
  const next = await playJob(it)
  expect(next.buildId).toBe(third.id)
  await next.end()
  expect(await stateOf(third.path)).toBe('passed')
  // A rebuild is a new build of the same group; a retry waits for its turn and cancels no build.
  const again = await it.request<Build>(ownerToken, 'POST', `${third.path}/rebuild`, {})
  const rebuilt = await playJob(it)
  expect(rebuilt.buildId).toBe(again.body.id)
  const retried = await it.request<{ data: Job[] }>(ownerToken, 'POST', `${first.path}/retry`, {})
  expect(retried.body.data).toMatchObject([{ attempt: 2, wait_reason: 'concurrency_group' }])
  expect(await get<Build>(first.path)).toMatchObject({ wait_reason: 'concurrency_group' })
  await rebuilt.end()
  const last = await playJob(it)
  expect(last.buildId).toBe(first.id)
  await last.end()
})

test.for(['planned', 'rendered'] as const)(
  'G05 an upload or a fork that claims a branch cancels no build that is of it: %s by the server',
  async (how) => {
    const slug = await it.newPipeline()
    const text = grouped({ group: `${'$'}{branch}`, limit: 1, when_full: 'cancel_running' }, { key: 'a', cmd: 'x' })
    const { pool, engine } = it.server
    const { rows } = await pool.query<{ id: string }>("select id from organizations where slug = 'default'")
    const owner = { organizationId: rows[0]?.id ?? '', organizationSlug: 'default' }
    const pipeline = await findPipeline(pool, owner.organizationId, slug)
    if (pipeline === undefined) throw new Error('there is no such pipeline')
    const services = { pool, engine, publicUrl: 'http://harmont.test', runnerSecret: 'x' }
    const of = { number: 7, title: null, url: 'https://x.test/7', headRepository: 'Eve/app', fork: true }
    const submit = async (more: Partial<BuildFacts>): Promise<string> => {
      const ir = how === 'planned' ? text : null
      const input = { branch: 'main', commit: 'c', message: null, env: {}, ir, source: null, withoutCache: false }
      const facts = { ...requestedFacts('api', 'fetched'), ...more }
      const author = { userId: null, name: 'eve' }
      return (await submitBuild(services, { owner, pipeline, author, input, facts })).id
    }
    const submitThree = async () => {
      const ids = [
        await submit({}),
        await submit({ refClass: 'upload' }),
        await submit({ trust: 'fork', pullRequest: of }),
      ]
      if (how === 'rendered')
        for (const each of await take(3)) await runnerPort().rendered(each, new Date(), { ok: true, ir: text })
      return ids
    }
    const statesOf = (ids: readonly string[]) =>
      Promise.all(ids.map(async (id) => (await engine.store.builds.load(id))?.build.state))
    const first = await submitThree()
    const running = await take(3)
    expect(await statesOf(first)).toEqual(['running', 'running', 'running'])
    const second = await submitThree()
    expect(await statesOf(first)).toEqual(['canceling', 'canceling', 'canceling'])
    expect(await statesOf(second)).toEqual(['scheduled', 'scheduled', 'scheduled'])
    for (const each of running)
      await runnerPort().finish(
        each,
        new Date(),
        {
          kind: 'exited',
          exitCode: 0,
          signal: null,
          limit: null,
          snapshot: null,
        },
        noOutput,
      )
  },
)

test('the operator limits the running jobs of an organization and of a pipeline, while jobs wait', async () => {
  const slug = await it.newPipeline()
  const build = await start(slug, ir(...['a', 'b', 'c', 'd'].map((key) => ({ key, cmd: 'x' }))))
  await command('default', '2')
  const running = [await playJob(it), await playJob(it)]
  await expect(playJob(it)).rejects.toThrow('no job is ready')
  const { jobs } = await viewOf(build.path)
  expect(jobs.slice(2).map(({ waiting }) => waiting?.message)).toEqual([
    'Waiting for the limit of 2 running jobs in `default`.',
    'Waiting for the limit of 2 running jobs in `default`; one job is ahead.',
  ])
  expect(jobs[2]).toMatchObject({
    wait_reason: 'organization_limit',
    waiting: { limit: 2, ahead: 0, refs: [{ kind: 'limit', name: 'default' }, { kind: 'holder' }, { kind: 'holder' }] },
  })
  await command('default', '3')
  running.push(await playJob(it))
  await command(`default/${slug}`, '1')
  const later = await start(slug, ir({ key: 'e', cmd: 'x' }))
  expect((await viewOf(later.path)).jobs).toMatchObject([
    {
      wait_reason: 'pipeline_limit',
      waiting: {
        message: `Waiting for the limit of one running job of the pipeline \`${slug}\`; one job is ahead.`,
      },
    },
  ])
  await expect(playJob(it)).rejects.toThrow('no job is ready')
  expect(await get<Build>(later.path)).toMatchObject({ wait_reason: 'pipeline_limit' })
  await command(`default/${slug}`, 'none')
  await command('default', 'none')
  running.push(await playJob(it), await playJob(it))
  for (const job of running) await job.end()
  expect(await stateOf(build.path)).toBe('passed')
})

test('the command reports the expected arguments, and prints the limits', async () => {
  for (const args of [
    ['default'],
    ['default', '0'],
    ['default', '1.5'],
    ['default/a/b', '1'],
    ['/x', '1'],
    ['default', '1', '2'],
  ])
    expect(() => readLimit(args)).toThrow(/^limits: expected/)
  await expect(command('nobody', '1')).rejects.toThrow('expected the slug of an organization, got `nobody`')
  await expect(command('default/nothing', '1')).rejects.toThrow('expected the slug of a pipeline of `default`')
  expect(describeLimits([])).toContain('No limit is set')
  const printed = describeLimits([
    { organization: 'acme', pipeline: null, limit: 8, running: 1 },
    { organization: 'acme', pipeline: 'ci', limit: 2, running: 0 },
  ])
  expect(printed).toBe('acme     8  (1 running)\nacme/ci  2  (0 running)\n')
})

test('a job without a possible runner shows its pool and labels, and a job whose files are on a disconnected runner shows that runner', async () => {
  const { store } = it.server.engine
  const sentence = async (path: string, key: string) =>
    (await viewOf(path)).jobs.find(({ step_key }) => step_key === key)?.waiting?.message
  const gpu = { key: 'gpu', cmd: 'true', runner_args: { pool: 'fast', labels: ['cuda', 'big'] } }
  const { path } = await start(
    await it.newPipeline(),
    ir({ key: 'root', cmd: 'true' }, { key: 'child', cmd: 'true', builds_in: 'root' }, gpu),
  )
  expect((await jobsOf(path)).map(({ wait_reason }) => wait_reason)).toEqual(['runner', 'dependencies', 'runner'])
  expect(await sentence(path, 'gpu')).toBe(
    'Waiting for a runner of the pool `fast` with the labels `big`, `cuda`; none is connected.',
  )
  const reach = { pool: 'fast', labels: ['big', 'cuda', 'new'], queues: null }
  await store.runners.seen('one', reach, store.now())
  expect(await sentence(path, 'gpu')).toMatch(/^Waiting for a free runner/)
  const root = await playJob(it)
  await root.end({ snapshot: 'kept' })
  expect(await sentence(path, 'child')).toMatch(/^Waiting for the runner `test-runner`, which has the files/)
  await store.runners.seen('test-runner', reach, store.now())
  expect(await sentence(path, 'child')).toMatch(/^Waiting for a free runner/)
})
