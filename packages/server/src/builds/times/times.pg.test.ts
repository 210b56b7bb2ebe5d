/**
 * How the time of builds is spent, from the phases reported by runners to the sums of a pipeline.
 */
import type { components } from '@harmont/contract'
import { noOutput, testKey } from '@harmont/engine'
import { until } from '@harmont/test-kit/until'
import { expect, test } from 'vitest'
import { ir, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'
import { measureBuild } from './measure-build.ts'
import { keptKinds, removeOldTimes } from './store.ts'

type Schemas = components['schemas']

const it = testServer()
const pipelines = '/api/v0/organizations/default/pipelines'

const get = async <T>(path: string): Promise<T> => (await it.request<T>(ownerToken, 'GET', path)).body

async function submit(pipelineIr: string) {
  await it.server.pool.query('delete from engine.ready')
  const slug = await it.newPipeline()
  const body = { branch: 'main', commit: 'c', pipeline_ir: pipelineIr }
  const answer = await it.request<Schemas['Build']>(ownerToken, 'POST', `${pipelines}/${slug}/builds`, body)
  const { number, id, created_at } = answer.body
  clock = Date.parse(created_at)
  return { id: id ?? '', path: `${pipelines}/${slug}`, build: `${pipelines}/${slug}/builds/${number}` }
}

/**
 * Plays the next job: it is leased after `waits` seconds, prepared for `fetches` seconds, and runs
 * for `runs` seconds.
 */
async function play(waits: number, fetches: number, runs: number, exitCode = 0, output = noOutput): Promise<string> {
  const { store } = it.server.engine
  const [lease] = await store.leases.take('test-runner', 1, clock + waits * 1000)
  if (lease === undefined) throw new Error('no job is ready')
  const { jobId, buildId, fence } = lease
  const at = clock + waits * 1000
  const started = at + fetches * 1000
  clock = started + runs * 1000
  const fetch = [{ name: 'fetch', from: at, to: started }] as const
  const outcome = { kind: 'exited', exitCode, signal: null, limit: null, snapshot: null } as const
  await store.builds.apply(buildId, [{ type: 'started', job: jobId, fence, at: started, phases: fetch }])
  const ended = { type: 'ended', job: jobId, fence, at: clock, outcome } as const
  await store.builds.apply(buildId, [ended], { jobId, output })
  return jobId
}
/** The instant at which the build was created, or its last job ended. */
let clock = 0

const timeOf = (path: string, days = 7) => get<Schemas['PipelineTime']>(`${path}/time?days=${days}`)
const measured = (path: string) =>
  until(
    () => timeOf(path),
    ({ builds }) => builds > 0,
  )

test("G133 a job has its phases, and a pipeline the sums of its builds' critical paths", async () => {
  const retry = { limit: 1 }
  const { path, build } = await submit(ir({ key: 'a', cmd: 'x', retry }, { key: 'b', cmd: 'y', depends_on: ['a'] }))
  await play(2, 3, 5, 1)
  await play(1, 1, 20)
  await play(10, 0, 4)
  const { jobs } = await get<Schemas['BuildView']>(`${build}/view`)
  expect(jobs[0]?.phases).toEqual([{ name: 'fetch', started_at: jobs[0]?.assigned_at, ms: 1000 }])
  expect(jobs[0]?.attempts[0]?.phases).toMatchObject([{ name: 'fetch', ms: 3000 }])
  const { builds, total_ms, parts, flaky, missed } = await measured(path)
  const seconds = Object.fromEntries(parts.map(({ kind, ms }) => [kind, Math.round(ms / 1000)]))
  expect(seconds).toMatchObject({ command: 24, queue: 13, failed: 8, fetch: 1 })
  expect([builds, flaky, missed]).toEqual([1, { ms: 0, builds: 0 }, { ms: 0, builds: 0 }])
  expect(parts.map(({ kind }) => kind).slice(0, 3)).toEqual(['command', 'queue', 'failed'])
  expect(parts.reduce((sum, { ms }) => sum + ms, 0)).toBe(total_ms)
  for (const days of ['0', '31'])
    expect(codeOf(await it.request(ownerToken, 'GET', `${path}/time?days=${days}`))).toBe('query_invalid')
  const stranger = await it.newUser('time-stranger')
  expect((await it.request(stranger.token, 'GET', `${path}/time`)).status).toBe(404)
})

test('G133 a retry replaces the times of its build, a canceled build has none, and old ones are removed', async () => {
  const { pool } = it.server
  const { id, path, build } = await submit(ir({ key: 'a', cmd: 'x' }))
  const job = await playJob(it)
  await job.end({ exitCode: 1 })
  const first = await measured(path)
  expect(first.parts.map(({ kind }) => kind)).toContain('command')
  expect((await it.request(ownerToken, 'POST', `${build}/jobs/${job.id}/retry`, {})).status).toBeLessThan(300)
  await (await playJob(it)).end()
  const again = await until(
    () => timeOf(path),
    (time) => time.parts.some(({ kind }) => kind === 'failed'),
  )
  expect(again.builds).toBe(1)
  const canceled = await submit(ir({ key: 'a', cmd: 'x' }))
  await it.request(ownerToken, 'PUT', `${canceled.build}/cancel`)
  await measureBuild({ pool, engine: it.server.engine }, canceled.id)
  expect((await timeOf(canceled.path)).builds).toBe(0)
  await pool.query("update build_times set ended_at = now() - interval '32 days' where build_id = $1", [id])
  expect(await timeOf(path, 30)).toMatchObject({ builds: 0, total_ms: 0, parts: [] })
  expect(await removeOldTimes(pool)).toBe(1)
})

test('G133 the sums of a pipeline equal those of its rows after any writes, replacements and removals, without reading the rows', async () => {
  const { pool } = it.server
  const { path, id } = await submit(ir({ key: 'a', cmd: 'x' }))
  const { rows: made } = await pool.query<{ pipeline: string; organization: string }>(
    'select r.pipeline_id as pipeline, r.organization_id as organization from build_records r where r.id = $1',
    [id],
  )
  const { pipeline, organization } = made[0] ?? {}
  const kinds = keptKinds.map((kind) => `${kind}_ms`)
  const random = () => 'case when random() < 0.5 then 0 else floor(random() * 2147483647)::integer end'
  const endedAt = "now() - random() * interval '8 days'"
  await pool.query(
    `with made as (
       insert into engine.builds (id, queue, state, cancel_requested, created_at, finished_at, version)
       select gen_random_uuid(), $2, 'passed', false, now(), now(), 1 from generate_series(1, 500) returning id)
     insert into build_times (build_id, pipeline_id, ended_at, is_flaky, missed_ms, ${kinds})
     select id, $1, ${endedAt}, random() < 0.3, ${random()}, ${kinds.map(random)} from made`,
    [pipeline, organization],
  )
  const someOf = (share: number) => `pipeline_id = $1 and hashtext(build_id::text) % 100 < ${share}`
  await pool.query(
    `update build_times set ended_at = ${endedAt}, is_flaky = not is_flaky, command_ms = ${random()} where ${someOf(20)}`,
    [pipeline],
  )
  await pool.query(`delete from engine.builds where id in (select build_id from build_times where ${someOf(-80)})`, [
    pipeline,
  ])
  const total = kinds.map((kind) => `${kind}::bigint`).join(' + ')
  const [expected] = (
    await pool.query<Record<string, number>>(
      `select count(*)::int as builds, sum(${total})::float8 as total, count(*) filter (where is_flaky)::int as flaky,
              sum(${total}) filter (where is_flaky)::float8 as flaky_ms, sum(missed_ms)::float8 as missed_ms,
              count(*) filter (where missed_ms > 0)::int as missed, sum(command_ms)::float8 as command_ms,
              count(*) filter (where command_ms > 0)::int as command
         from build_times where pipeline_id = $1 and ended_at >= now() - interval '7 days'`,
      [pipeline],
    )
  ).rows
  const { builds, total_ms, flaky, missed, parts } = await timeOf(path)
  const command = parts.find(({ kind }) => kind === 'command')
  expect([builds, total_ms, flaky, missed, command]).toEqual([
    ...[expected?.builds, expected?.total],
    { builds: expected?.flaky, ms: expected?.flaky_ms },
    { builds: expected?.missed, ms: expected?.missed_ms },
    { kind: 'command', builds: expected?.command, ms: expected?.command_ms },
  ])
  expect(builds).toBeGreaterThan(300)
  // Deletes all rows that the sums make redundant: all except those of the hour in which the seven
  // days begin.
  await pool.query('alter table build_times disable trigger keep_build_time_hours')
  await pool.query(`delete from build_times where pipeline_id = $1 and ended_at > now() - interval '6 days 22 hours'`, [
    pipeline,
  ])
  await pool.query('alter table build_times enable trigger keep_build_time_hours')
  expect(await timeOf(path)).toMatchObject({ builds, total_ms, flaky })
})

test('G133 a build that failed only because of flaky tests counts as such once they are proved', async () => {
  const { id, path } = await submit(ir({ key: 'unit', cmd: 'x', tests: { forks: 2 } }))
  const cases = [{ suite: 's', name: 'a', state: 'failed' }] as const
  const output = { ...noOutput, tests: [{ path: 'junit.xml', format: 'junit', faults: 0, cases }] } as const
  await play(0, 0, 9, 1, output)
  expect((await measured(path)).flaky).toEqual({ ms: 0, builds: 0 })
  const { probes, now } = it.server.engine.store
  for (const result of ['failed', 'passed'] as const) {
    const fork = await until(
      () => probes.take('test-runner', now()),
      (taken) => taken !== null,
    )
    if (fork === null) throw new Error('expected a fork')
    const times = { startedAt: now(), endedAt: now() }
    const results = new Map([[testKey({ suite: 's', name: 'a' }), result]])
    await probes.end(fork, now(), { kind: 'ran', ...times, exitCode: 1, results, log: [] })
  }
  const { flaky } = await until(
    () => timeOf(path),
    (time) => time.flaky.builds > 0,
  )
  expect(flaky).toEqual({ builds: 1, ms: (await timeOf(path)).total_ms })
  const { rows } = await it.server.pool.query('select is_flaky from build_times where build_id = $1', [id])
  expect(rows).toEqual([{ is_flaky: true }])
})

test('a command whose earlier result under the same key was removed is reported as missed', async () => {
  const { store } = it.server.engine
  const cached = ir({ key: 'made', cmd: 'x', cache: { policy: 'forever', key: 'c'.repeat(64) } })
  const inputs = { key: 'k' } as never
  const run = async (at: number) => {
    const submitted = await submit(cached)
    const [lease] = await store.leases.take('test-runner', 1, store.now())
    if (lease === undefined) throw new Error('no job is ready')
    const { jobId, buildId, fence } = lease
    const lookUp = { place: 'p', places: ['p'], key: 'same', inputs, hit: null, damaged: false } as never
    await store.leases.noteLookUp(lease, at, lookUp)
    await store.builds.apply(buildId, [{ type: 'started', job: jobId, fence, at: store.now() }])
    const outcome = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const
    await store.builds.apply(buildId, [{ type: 'ended', job: jobId, fence, at: store.now() + 5_000, outcome }])
    return submitted
  }
  const now = Date.now()
  expect((await measured((await run(now)).path)).missed).toEqual({ ms: 0, builds: 0 })
  const { missed } = await measured((await run(now + 1_000)).path)
  expect(missed.builds).toBe(1)
  expect(missed.ms).toBeGreaterThanOrEqual(5_000)
})
