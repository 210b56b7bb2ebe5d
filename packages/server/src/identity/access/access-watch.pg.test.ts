import { once } from 'node:events'
import { until } from '@harmont/test-kit/until'
import type pg from 'pg'
import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { transaction } from '../../platform/database/transaction.ts'
import { openEvents } from '../../testing/event-reader.ts'
import { ir, playJob } from '../../testing/runner.ts'
import { ownerToken, testServer } from '../../testing/server.ts'
import { startSession } from '../sessions/start-session.ts'
import { AccessWatch } from './access-watch.ts'

/** A server without periodic checks of holders. */
const it = testServer()
const organization = '/api/v0/organizations/default'
const log = pino({ level: 'silent' })

interface Reader {
  readonly id: string
  /** The token of the session that reads the stream. */
  readonly token: string
  readonly sessionId: string
  readonly key: string
}

/** Signs in a member of the organization `default`. */
async function newReader(name: string): Promise<Reader> {
  const { id, token: key } = await it.newMember(name)
  const client = { address: '203.0.113.9', userAgent: 'Firefox' }
  const session = await transaction(it.server.pool, (database) =>
    startSession(database, { userId: id, kind: 'cli', isCookie: false, client }),
  )
  return { id, token: session.token, sessionId: session.id, key }
}

test('G30 a stream ends immediately with its membership, session, key or account, and other streams stay open', async () => {
  const slug = await it.newPipeline()
  const builds = `${organization}/pipelines/${slug}/builds`
  const build = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
  await it.request(ownerToken, 'POST', builds, build)
  const job = await playJob(it)
  const streams = [`${organization}/events`, `${organization}/events?topics=builds`, `${builds}/1/events`]
  const logs = `/v0/jobs/${job.id}/logs`
  const stays = await openEvents(`${it.server.url}${streams[0]}`, ownerToken)
  const ends: readonly (readonly [string, (reader: Reader) => Promise<{ readonly status: number }>])[] = [
    ['member', ({ id }) => it.request(ownerToken, 'DELETE', `${organization}/members/${id}`)],
    ['session', ({ token, sessionId }) => it.request(token, 'DELETE', `/api/v0/user/sessions/${sessionId}`)],
    ['sign-out', ({ token }) => it.request(token, 'POST', '/api/v0/auth/logout')],
    ['everywhere', ({ id }) => it.server.pool.query('delete from sessions where user_id = $1', [id]).then(done)],
    ['key', ({ id }) => it.server.pool.query('delete from api_keys where user_id = $1', [id]).then(done)],
    ['account', ({ id }) => it.server.pool.query('delete from users where id = $1', [id]).then(done)],
  ]
  for (const [name, end] of ends) {
    const reader = await newReader(name)
    const credential = name === 'key' ? reader.key : reader.token
    const { body } = await it.request<{ token: string }>(credential, 'GET', `${builds}/1/log-token`)
    const paths = [...streams, logs, `${logs}?token=${body.token}`]
    const opened = await Promise.all(paths.map((path) => openEvents(it.server.url + path, credential)))
    expect((await end(reader)).status, name).toBeLessThan(300)
    for (const stream of opened) await until(() => stream.isOver())
  }
  await job.end()
  expect(await stays.next('build', ({ data }) => (data.build as { state: string }).state === 'passed')).toBeTruthy()
  await stays[Symbol.asyncDispose]()
})

const done = () => ({ status: 204 })

async function holderOf(reader: Reader) {
  const { rows } = await it.server.pool.query("select id from organizations where slug = 'default'")
  return { organizationId: rows[0].id as string, credentialId: reader.sessionId }
}

test('the periodic check ends the streams of an expired session', async () => {
  const reader = await newReader('late')
  const watch = new AccessWatch({ pool: it.server.pool, log, everyMs: 20 })
  const { signal, end } = watch.watch(await holderOf(reader), new AbortController().signal)
  expect(signal.aborted).toBe(false)
  const aborted = once(signal, 'abort')
  await it.server.pool.query('update sessions set expires_at = now() where user_id = $1', [reader.id])
  await aborted
  end()
})

test('access that ended before the watch began is noticed; one query checks a thousand holders, and a failed query is repeated', async () => {
  const [reader, gone] = [await newReader('patient'), await newReader('gone')]
  const [holder, lost] = [await holderOf(reader), await holderOf(gone)]
  await it.server.pool.query('delete from sessions where user_id = $1', [gone.id])
  const query = vi.fn((asked: pg.QueryConfig) => it.server.pool.query(asked))
  query.mockRejectedValueOnce(new Error('the database is away'))
  const watch = new AccessWatch({ pool: { query } as unknown as pg.Pool, log, everyMs: null })
  const { signal: stop } = new AbortController()
  const first = watch.watch(lost, stop)
  await until(() => query.mock.calls.length === 1)
  await new Promise(setImmediate)
  const others = Array.from({ length: 1000 }, () => watch.watch(holder, stop))
  await until(() => first.signal.aborted)
  // One query checks the first two holders, and another one all others.
  await until(() => query.mock.calls.length === 3)
  const asked = query.mock.calls.map(([{ values = [] }]) => values[0].length)
  expect(asked).toEqual([1, 2, 999])
  expect(others.filter(({ signal }) => signal.aborted)).toEqual([])
})
