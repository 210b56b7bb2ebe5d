import { randomUUID } from 'node:crypto'
import { until } from '@harmont/test-kit/until'
import type pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { freshDatabase } from '../../testing/database.ts'
import { openEvents } from '../../testing/event-reader.ts'
import { ir, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'
import { silenceMs } from '../event-streams/frames.ts'
import { buildEventsAfter, newestPlace } from './organization-store.ts'

const it = testServer()

async function newBuild(...steps: readonly Record<string, unknown>[]): Promise<{ path: string; id: string }> {
  const slug = await it.newPipeline()
  const path = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir(...steps) }
  const made = await it.request<{ id: string }>(ownerToken, 'POST', path, body)
  return { path: `${path}/1/events`, id: made.body.id }
}

const open = (path: string, lastEventId?: string) => openEvents(it.server.url + path, ownerToken, lastEventId)

test('a build is first sent whole, then each changed job before its build, and done at the end', async () => {
  const { path } = await newBuild({ key: 'a', cmd: 'true' }, { key: 'b', cmd: 'true', builds_in: 'a' })
  await using events = await open(path)
  const snapshot = await events.next('snapshot')
  expect(snapshot.data).toMatchObject({
    build: { state: 'scheduled' },
    jobs: [
      { step_key: 'a', state: 'scheduled' },
      { step_key: 'b', state: 'pending' },
    ],
  })
  const a = await playJob(it)
  await events.next('job', ({ data }) => data.step_key === 'a' && data.state === 'running')
  await events.next('build', ({ data }) => data.state === 'running')
  await a.end({ snapshot: 'snapshot-of-a' })
  await events.next('job', ({ data }) => data.step_key === 'b' && data.state === 'scheduled')
  await (await playJob(it)).end()
  await events.next('job', ({ data }) => data.step_key === 'b' && data.state === 'passed')
  await events.next('build', ({ data }) => data.state === 'passed')
  await events.next('done')
  expect(await events.isOver()).toBe(true)
  // A reader that has seen the final state gets only the end. An earlier event may also show this
  // state, because a build is loaded after its version was read.
  await using again = await open(path, events.all().findLast(({ event }) => event === 'build')?.id)
  expect((await again.next()).event).toBe('done')
})

test('only later events are sent after a known event id; an unknown id restarts the stream', async () => {
  const { path } = await newBuild({ key: 'a', cmd: 'true' }, { key: 'b', cmd: 'true' })
  const { id } = await (await open(path)).next('snapshot')
  const first = await playJob(it)
  await first.end()
  await using resumed = await open(path, id)
  expect((await resumed.next()).data).toMatchObject({ step_key: 'a', state: 'passed' })
  expect((await resumed.next()).event).toBe('build')
  await using unknown = await open(path, '99999')
  expect((await unknown.next()).event).toBe('snapshot')
  await (await playJob(it)).end()
})

test('many changes are combined into few events, and the final state is never omitted', async () => {
  const { path, id } = await newBuild(...Array.from({ length: 40 }, (_, n) => ({ key: `s${n}`, cmd: 'true' })))
  await using events = await open(path)
  await events.next('snapshot')
  const begun = performance.now()
  for (let n = 0; n < 40; n += 1) await (await playJob(it)).end()
  await events.next('done')
  const readings = (performance.now() - begun) / 200 + 2
  const seen = events.all()
  const last = new Map(seen.filter(({ event }) => event === 'job').map(({ data }) => [data.id, data.state]))
  expect([...last.values()]).toEqual(Array.from({ length: 40 }, () => 'passed'))
  // At most five reads per second; an event for each change would make more than 80.
  expect(seen.filter(({ event }) => event === 'build').length).toBeLessThanOrEqual(readings)
  expect(id).toMatch(/-/)
})

test('the stream of an organization has its unfinished builds first, then each build that changes, and resumes after the last event id', async () => {
  const organization = '/api/v0/organizations/default/events'
  const running = await newBuild({ key: 'a', cmd: 'true' })
  await using events = await open(organization)
  const first = await events.next('build', ({ data }) => (data.build as { id: string }).id === running.id)
  expect(first.data).toMatchObject({ build: { state: 'scheduled', number: 1 }, pipeline_slug: expect.any(String) })
  const next = await newBuild({ key: 'a', cmd: 'true' })
  const made = await events.next('build', ({ data }) => (data.build as { id: string }).id === next.id)
  expect(made.id).toMatch(/^\d+-\d+-\d+$/)
  await (await playJob(it)).end()
  await (await playJob(it)).end()
  await using resumed = await open(organization, made.id)
  const over = new Set<unknown>()
  while (over.size < 2) {
    const { data } = await resumed.next('build')
    const { id, state } = data.build as { id: string; state: string }
    if (state === 'passed') over.add(id)
  }
  expect(over).toEqual(new Set([running.id, next.id]))
})

/** Opens a transaction that has been assigned a number, and keeps it open. */
async function openTransaction(pool: pg.Pool): Promise<pg.PoolClient> {
  const client = await pool.connect()
  onTestFinished(() => client.release(true))
  await client.query('begin; set local idle_in_transaction_session_timeout = 0; select pg_current_xact_id()')
  return client
}

test('an open transaction delays later events until its own exist; a transaction of another database does not', async () => {
  const { pool } = it.server
  const organizationId = randomUUID()
  const told = (client: pg.PoolClient | pg.Pool, build: string) =>
    client.query('insert into build_events (organization_id, build_id) values ($1, $2)', [organizationId, build])
  await openTransaction(await freshDatabase())
  const earlier = await openTransaction(pool)
  const [first, second] = [randomUUID(), randomUUID()]
  const start = await newestPlace(pool)
  const settled = async () =>
    (await buildEventsAfter(pool, organizationId, start, 10)).map((event) => [event.build_id, event.is_settled])
  await told(pool, second)
  expect(await settled()).toEqual([[second, false]])
  await told(earlier, first)
  await earlier.query('commit')
  // The server's own work may keep a transaction open for a moment.
  await until(settled, (events) => events.every(([, isSettled]) => isSettled))
  expect(await settled()).toEqual([
    [first, true],
    [second, true],
  ])
})

test('the headers for a quiet build are sent before the first heartbeat is due', async () => {
  const isAnswered = async (path: string, token: string, seen: string) => {
    const closing = new AbortController()
    const { status } = await fetch(it.server.url + path, {
      headers: { authorization: `Bearer ${token}`, 'last-event-id': seen },
      signal: AbortSignal.any([closing.signal, AbortSignal.timeout(silenceMs)]),
    })
    closing.abort()
    return status === 200
  }
  const { token, organization } = await it.newUser('quiet')
  expect(await isAnswered(`/api/v0/organizations/${organization}/events`, token, '')).toBe(true)
  const { path } = await newBuild({ key: 'a', cmd: 'true' })
  const { id = '' } = await (await open(path)).next('snapshot')
  expect(await isAnswered(path, ownerToken, id)).toBe(true)
})

test('a foreign or absent build is 404, and reading requires a credential', async () => {
  const { path } = await newBuild({ key: 'a', cmd: 'true' })
  await it.server.engine.store.builds.apply(
    (await it.request<{ id: string }>(ownerToken, 'GET', path.replace('/events', ''))).body.id,
    [{ type: 'cancel', at: Date.now() }],
  )
  const { token } = await it.newUser('stranger')
  expect(codeOf(await it.request(token, 'GET', path))).toBe('organization_not_found')
  expect(codeOf(await it.request(ownerToken, 'GET', path.replace('/1/', '/2/')))).toBe('build_not_found')
  expect((await it.request(null, 'GET', path)).status).toBe(401)
})
