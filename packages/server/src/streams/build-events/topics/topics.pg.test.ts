import { expect, test } from 'vitest'
import { type EventReader, openEvents } from '../../../testing/event-reader.ts'
import { ir, playJob } from '../../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../../testing/server.ts'

const it = testServer()
const organization = '/api/v0/organizations/default'

interface NewBuild {
  readonly id: string
  readonly slug: string
  readonly path: string
  readonly topic: string
}

async function newBuild(...steps: readonly Record<string, unknown>[]): Promise<NewBuild> {
  const slug = await it.newPipeline()
  const builds = `${organization}/pipelines/${slug}/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir(...steps) }
  const made = await it.request<{ id: string }>(ownerToken, 'POST', builds, body)
  return { id: made.body.id, slug, path: `${builds}/1`, topic: `build:${slug}/1` }
}

type View = { cursor: string; build: Record<string, unknown>; jobs: Record<string, unknown>[] }
const viewOf = async ({ path }: NewBuild) => (await it.request<View>(ownerToken, 'GET', `${path}/view`)).body

function open(query: Readonly<Record<string, string>>, lastEventId?: string): Promise<EventReader> {
  return openEvents(`${it.server.url}${organization}/events?${new URLSearchParams(query)}`, ownerToken, lastEventId)
}

const textsOf = ({ data }: { data: Readonly<Record<string, unknown>> }) =>
  (data.lines as [number, number, string, number][]).map(([, , text]) => text)

/**
 * Removes cost and log size, which do not count as changes of the build: the cost grows while the
 * build runs, and the size becomes known some time after the end.
 */
const withoutCounts = ({ cost: _, log: __, ...job }: Record<string, unknown>) => job

test('web D1 lists and builds share one connection: a beat at once, each changed job before its build, and an end', async () => {
  const first = await newBuild({ key: 'a', cmd: 'true' }, { key: 'b', cmd: 'true', builds_in: 'a' })
  const { cursor } = await viewOf(first)
  await using events = await open({ topics: `builds,${first.topic}`, cursor })
  const beat = await events.next()
  expect(beat).toMatchObject({ event: 'beat', data: { server_time: expect.stringMatching(/Z$/) } })
  const second = await newBuild({ key: 'other', cmd: 'true' })
  await events.next('build', ({ data }) => data.pipeline_slug === second.slug && data.view === undefined)
  const a = await playJob(it)
  const job = await events.next('job', ({ data }) => (data.job as { state: string }).state === 'running')
  expect(job.data).toMatchObject({ pipeline_slug: first.slug, number: 1, job: { step_key: 'a', id: a.id } })
  const build = await events.next('build', ({ data }) => data.view !== undefined)
  expect(build.data).toMatchObject({
    pipeline_slug: first.slug,
    build: { number: 1, state: 'running' },
    view: { cost: { vcpu_seconds: expect.any(Number) }, canceled_by: null },
  })
  await a.end({ snapshot: 's' })
  // A waiting job is sent at once when it waits for something else.
  await events.next('job', ({ data }) => {
    const { step_key, state, waits_on } = data.job as Record<string, unknown>
    return step_key === 'b' && state === 'scheduled' && (waits_on as []).length === 0
  })
  await (await playJob(it)).end()
  await (await playJob(it)).end()
  expect((await events.next('end')).data).toEqual({ topic: first.topic })
})

test('web D2 the events of a build agree with its view', async () => {
  const steps = Array.from({ length: 6 }, (_, n) => ({
    key: `s${n}`,
    cmd: 'true',
    ...(n > 2 ? { depends_on: [`s${n - 3}`] } : {}),
  }))
  const made = await newBuild(...steps)
  const start = await viewOf(made)
  await using events = await open({ topics: made.topic, cursor: start.cursor })
  await (await playJob(it)).end({ exitCode: 3 })
  for (let n = 0; n < 4; n += 1) await (await playJob(it)).end()
  await events.next('end')
  const jobs = new Map(start.jobs.map((job) => [job.id, job]))
  let build = start.build
  for (const { event, data } of events.all()) {
    if (event === 'job') jobs.set((data.job as { id: string }).id, data.job as Record<string, unknown>)
    if (event === 'build') build = data.build as Record<string, unknown>
  }
  const end = await viewOf(made)
  expect([...jobs.values()].map(withoutCounts)).toEqual(end.jobs.map(withoutCounts))
  expect(build).toEqual(end.build)
})

test('web B5 a job that waits for two steps names the other one when the first has ended', async () => {
  const made = await newBuild(
    { key: 'a', cmd: 'a' },
    { key: 'b', cmd: 'b' },
    { key: 'c', cmd: 'c', depends_on: ['a', 'b'] },
  )
  const { cursor } = await viewOf(made)
  await using events = await open({ topics: made.topic, cursor })
  await (await playJob(it)).end()
  const told = await events.next('job', ({ data }) => {
    const { step_key, waits_on } = data.job as { step_key: string; waits_on: readonly string[] }
    return step_key === 'c' && waits_on.length === 1
  })
  expect(told.data.job).toMatchObject({ state: 'pending', waiting: { message: 'Waiting for `b`.' } })
  await (await playJob(it)).end()
  await (await playJob(it)).end()
  await events.next('end')
})

test('web D4 200 jobs that change at once come in one event each, together', async () => {
  const made = await newBuild(...Array.from({ length: 200 }, (_, n) => ({ key: `s${n}`, cmd: 'true' })))
  const { cursor } = await viewOf(made)
  await using events = await open({ topics: made.topic, cursor })
  await events.next('beat')
  await it.request(ownerToken, 'PUT', `${made.path}/cancel`)
  await events.next('end')
  const told = events.all().filter(({ event }) => event === 'job')
  expect(new Set(told.map(({ data }) => (data.job as { id: string }).id)).size).toBe(200)
  expect(told).toHaveLength(200)
  expect(events.all().filter(({ event }) => event === 'build')).toHaveLength(1)
})

test('web D2 a reader without a cursor, or with an unknown one, is told to read the build again, and continues from there', async () => {
  const made = await newBuild({ key: 'a', cmd: 'true' })
  await using fresh = await open({ topics: made.topic })
  const resync = await fresh.next('resync')
  expect(resync.data).toEqual({ topic: made.topic })
  await using unknown = await open({ topics: made.topic, cursor: '999999' })
  await unknown.next('resync')
  const a = await playJob(it)
  const log = `log:${a.id}@1`
  await using lost = await open({ topics: log, cursor: `l${a.id.replaceAll('-', '')}_500` })
  expect((await lost.next('resync')).data).toEqual({ topic: log })
  await a.log(['one\n'])
  expect(textsOf(await lost.next('log', ({ data }) => data.total_lines === 1))).toEqual(['one'])
  await using old = await open({ topics: 'builds', cursor: 'o_1-1-1' })
  expect((await old.next('resync')).data).toEqual({ topic: 'builds' })
  await fresh.next('job')
  // After the cursor of the resync, nothing needs to be read again.
  await using resumed = await open({ topics: made.topic }, resync.id)
  expect((await resumed.next('job')).data).toMatchObject({ job: { id: a.id, state: 'running' } })
  expect(resumed.all().some(({ event }) => event === 'resync')).toBe(false)
  await a.end()
  await resumed.next('end')
})

test('web D2 a reader of an ended build gets its end, and a retried build continues', async () => {
  const made = await newBuild({ key: 'a', cmd: 'true' })
  await (await playJob(it)).end({ exitCode: 1 })
  const { cursor } = await viewOf(made)
  await using ended = await open({ topics: made.topic, cursor })
  expect((await ended.next('end')).data).toEqual({ topic: made.topic })
  expect(ended.all().map(({ event }) => event)).not.toContain('job')
  await it.request(ownerToken, 'POST', `${made.path}/retry`, {})
  await using again = await open({ topics: made.topic, cursor })
  expect((await again.next('job')).data).toMatchObject({ job: { attempt: 2, attempts: [{ state: 'failed' }, {}] } })
  await (await playJob(it)).end()
  await again.next('end')
})

test('web D1 a log is also a topic: it begins at a line and ends with its job', async () => {
  const made = await newBuild({ key: 'a', cmd: 'true' })
  const job = await playJob(it)
  await job.log(['one\n', 'two\n', 'three\n'])
  const { cursor } = await viewOf(made)
  const topics = `${made.topic},log:${job.id}@2`
  await using events = await open({ topics, cursor })
  const first = await events.next('log')
  expect(first.data).toMatchObject({ job_id: job.id, from: 2, total_lines: 3, complete: false })
  expect(textsOf(first)).toEqual(['two', 'three'])
  await job.log(['four\n'])
  const second = await events.next('log')
  expect(textsOf(second).at(-1)).toBe('four')
  // A reader that reconnects gets the missing lines; the last line may be repeated.
  await using resumed = await open({ topics }, second.id)
  const third = await resumed.next('log')
  expect([third.data.from, textsOf(third)]).toEqual([4, ['four']])
  await job.log(['five'])
  await job.end()
  for (const reader of [events, resumed]) {
    await reader.next('end')
    await reader.next('end')
    const ends = reader.all().filter(({ event }) => event === 'end')
    expect(new Set(ends.map(({ data }) => data.topic))).toEqual(new Set([made.topic, `log:${job.id}@2`]))
    const last = reader.all().findLast(({ event }) => event === 'log')
    expect(last?.data).toMatchObject({ total_lines: 5, complete: true })
  }
})

test('web D2 a reader of all builds that is disconnected before any event misses nothing', async () => {
  const { token, organization: quiet } = await it.newUser('quiet-reader')
  const url = `${it.server.url}/api/v0/organizations/${quiet}/events?topics=builds`
  let id: string | undefined
  {
    await using events = await openEvents(url, token)
    while (id === undefined) id = (await events.next('beat')).id
  }
  const pipeline = { name: 'quiet', repository: 'local/quiet', default_branch: 'main' }
  await it.request(token, 'POST', `/api/v0/organizations/${quiet}/pipelines`, pipeline)
  const builds = `/api/v0/organizations/${quiet}/pipelines/quiet/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
  await it.request(token, 'POST', builds, body)
  await it.request(token, 'PUT', `${builds}/1/cancel`)
  // Too old for a list, and still after the place.
  await it.server.pool.query(
    "update engine.builds set finished_at = now() - interval '1 hour' where finished_at is not null",
  )
  await using resumed = await openEvents(url, token, id)
  expect((await resumed.next('build')).data).toMatchObject({ pipeline_slug: 'quiet', build: { state: 'canceled' } })
})

test('absent or foreign topics are 404, and hostile ones 400, before a stream begins', async () => {
  const made = await newBuild({ key: 'a', cmd: 'true' })
  await it.request(ownerToken, 'PUT', `${made.path}/cancel`)
  const job = `log:00000000-0000-4000-8000-000000000000@1`
  const { token, organization: theirs } = await it.newUser('topics-stranger')
  const ask = (topics: string, as = ownerToken, org = 'default') =>
    it.request(as, 'GET', `/api/v0/organizations/${org}/events?topics=${encodeURIComponent(topics)}`)
  expect(codeOf(await ask('build:nothing/1'))).toBe('pipeline_not_found')
  expect(codeOf(await ask(`build:${made.slug}/2`))).toBe('build_not_found')
  expect(codeOf(await ask(`builds,${made.topic}`, token, theirs))).toBe('pipeline_not_found')
  expect(codeOf(await ask(job))).toBe('job_not_found')
  const nine = Array.from({ length: 9 }, (_, n) => `build:${made.slug}/${n + 1}`).join(',')
  const five = Array.from({ length: 5 }, (_, n) => job.replace('0@', `${n}@`)).join(',')
  for (const topics of [
    '',
    ',',
    'build',
    'builds,builds',
    'build:x/0',
    'build:../1',
    'build:x/1e3',
    'log:x@1',
    nine,
    five,
    job.replace('@1', '@0'),
    'x'.repeat(5000),
  ])
    expect([topics, codeOf(await ask(topics))]).toEqual([topics, 'query_invalid'])
})
