/** Access by sessions, as bearer and cookie, and by keys, with scopes and organizations. */
import { randomUUID } from 'node:crypto'
import { parseSetCookie } from 'cookie'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { sessionCookies } from '../../platform/http/authorization/session-cookies.ts'
import { ir } from '../../testing/runner.ts'
import { codeOf, ownerToken, publicUrl, testServer } from '../../testing/server.ts'
import { startSession } from '../sessions/start-session.ts'

const cookieSecret = 'the-cookie-secret-of-tests'
const it = testServer({ HARMONT_COOKIE_SECRET: cookieSecret })
let userId: string
beforeAll(async () => {
  userId = (await it.newUser('credentials')).id
})

/** Starts a session of the test's user. Returns it with the headers that send its token. */
async function newSession(isCookie: boolean) {
  const client = { address: '127.0.0.1', userAgent: null }
  const session = await transaction(it.server.pool, (database) =>
    startSession(database, { userId, kind: 'web', isCookie, client }),
  )
  const asBearer = { authorization: `Bearer ${session.token}` }
  return { ...session, asBearer, asCookie: { cookie: `harmont_session=${session.token}` } }
}

const getUser = async (headers: Record<string, string>) =>
  (await it.request(null, 'GET', '/api/v0/user', undefined, headers)).status

const age = (id: string, set: string) => it.server.pool.query(`update sessions set ${set} where id = $1`, [id])

async function lastUse(table: 'sessions' | 'api_keys', id: string): Promise<Date | null> {
  const { rows } = await it.server.pool.query<{ last_used_at: Date | null }>(
    `select last_used_at from ${table} where id = $1`,
    [id],
  )
  return rows[0]?.last_used_at ?? null
}

describe('a session', () => {
  test('is accepted as a bearer token, with the scheme in any case, and as a cookie only if it was started for a cookie', async () => {
    const bearer = await newSession(false)
    const cookie = await newSession(true)
    expect(await getUser(bearer.asBearer)).toBe(200)
    expect(await getUser({ authorization: `bEaReR ${bearer.token}` })).toBe(200)
    expect(await getUser(cookie.asCookie)).toBe(200)
    expect(await getUser({ cookie: `a=b; harmont_session=${cookie.token}; c=d` })).toBe(200)
    expect(await getUser(bearer.asCookie)).toBe(401)
    expect(await getUser({ cookie: `harmont_session=${ownerToken}` })).toBe(401)
    expect(await getUser({ cookie: `__Host-harmont_session=${cookie.token}` })).toBe(401)
  })

  test('in the header takes precedence over the cookie', async () => {
    const cookie = await newSession(true)
    expect(await getUser({ ...cookie.asCookie, authorization: 'Bearer nobody' })).toBe(401)
    expect(await getUser({ cookie: 'harmont_session=nobody', authorization: `Bearer ${ownerToken}` })).toBe(200)
  })

  test('G32 expires, and a cookie’s also after 14 days without use', async () => {
    for (const isCookie of [true, false]) {
      const session = await newSession(isCookie)
      const shown = isCookie ? session.asCookie : session.asBearer
      await age(session.id, "last_used_at = now() - interval '13 days 23 hours'")
      expect(await getUser(shown)).toBe(200)
      await age(session.id, "last_used_at = now() - interval '14 days 1 minute'")
      expect(await getUser(shown)).toBe(isCookie ? 401 : 200)
      await age(session.id, "last_used_at = now(), expires_at = now() - interval '1 second'")
      expect(await getUser(shown)).toBe(401)
    }
  })

  test('G32 is refused from the first request after its end', async () => {
    const session = await newSession(false)
    expect(await getUser(session.asBearer)).toBe(200)
    await it.server.pool.query('delete from sessions where id = $1', [session.id])
    expect(await getUser(session.asBearer)).toBe(401)
  })
})

test('the last use of a session or key is recorded at most once a minute', async () => {
  const session = await newSession(false)
  const key = { id: randomUUID(), token: `key-${randomUUID()}` }
  await it.server.pool.query("insert into api_keys (id, user_id, description, token_hash) values ($1, $2, 'x', $3)", [
    key.id,
    userId,
    hashToken(key.token),
  ])
  for (const [table, id, headers] of [
    ['sessions', session.id, session.asBearer],
    ['api_keys', key.id, { authorization: `Bearer ${key.token}` }],
  ] as const) {
    const set = (seconds: number) =>
      it.server.pool.query(
        `update ${table} set last_used_at = date_trunc('milliseconds', now()) - make_interval(secs => $2) where id = $1`,
        [id, seconds],
      )
    await set(50)
    const before = await lastUse(table, id)
    expect(await getUser(headers)).toBe(200)
    expect(await lastUse(table, id)).toEqual(before)
    await set(61)
    expect(await getUser(headers)).toBe(200)
    expect(Date.now() - Number(await lastUse(table, id))).toBeLessThan(30_000)
  }
})

test('every change with a cookie needs its CSRF token and an allowed origin', async () => {
  const session = await newSession(true)
  const other = await newSession(true)
  const cookies = sessionCookies(publicUrl, cookieSecret)
  const csrfOf = (of: { id: string; token: string }) => parseSetCookie(cookies.set(of)[1] ?? '').value ?? ''
  const change = async (headers: Record<string, string>) => {
    const path = '/api/v0/user/api-tokens/00000000-0000-4000-8000-000000000000'
    return codeOf(await it.request(null, 'DELETE', path, undefined, { ...session.asCookie, ...headers }))
  }
  const own = { 'x-csrf-token': csrfOf(session) }
  expect(await change({})).toBe('csrf_failed')
  expect(await change({ 'x-csrf-token': csrfOf(other) })).toBe('csrf_failed')
  expect(await change({ ...own, origin: 'https://evil.example' })).toBe('csrf_failed')
  expect(await change({ ...own, origin: publicUrl })).toBe('api_token_not_found')
  expect(await change(own)).toBe('api_token_not_found')
})

describe('a key', () => {
  /** Creates a key of the owner of `default` and `second`, with these limits. */
  async function newKey(scopes: readonly string[] | null, organization: string | null) {
    const token = `key-${randomUUID()}`
    await it.server.pool.query(
      `insert into api_keys (id, user_id, description, token_hash, scopes, organization_ids)
       select $1, user_id, 'x', $2, $3, (select array_agg(id) from organizations where slug = $4)
         from memberships m join organizations o on o.id = m.organization_id where o.slug = 'default' and m.role = 'owner'`,
      [randomUUID(), hashToken(token), scopes, organization],
    )
    return token
  }
  let second: string
  beforeAll(async () => {
    const made = await it.request<{ slug: string }>(ownerToken, 'POST', '/api/v0/organizations', { name: 'Second' })
    second = made.body.slug
  })

  test('G31 for one organization gets the same 404 for other organizations as for absent ones', async () => {
    const token = await newKey(null, 'default')
    const ask = (slug: string) => it.request(token, 'GET', `/api/v0/organizations/${slug}/pipelines`)
    expect((await ask('default')).status).toBe(200)
    const [foreign, absent] = [await ask(second), await ask('nothing-at-all')]
    expect([foreign.status, codeOf(foreign)]).toEqual([404, 'organization_not_found'])
    const body = ({ body }: typeof foreign) => JSON.stringify(body).replace(/req_\w+/, '')
    expect(body(foreign)).toBe(body(absent))
    const listed = await it.request<{ data: { slug: string }[] }>(token, 'GET', '/api/v0/organizations')
    expect(listed.body.data.map(({ slug }) => slug)).toEqual(['default'])
  })

  test('without the scope that an operation needs is refused, and the scope is named', async () => {
    const expected = {
      read: [200, 403, 403, 403],
      build: [403, 422, 403, 403],
      manage: [403, 403, 422, 403],
      account: [403, 403, 403, 200],
    }
    for (const [scope, statuses] of Object.entries(expected)) {
      const token = await newKey([scope], null)
      const answers = [
        await it.request(token, 'GET', '/api/v0/organizations/default/pipelines'),
        await it.request(token, 'POST', '/api/v0/organizations/default/pipelines', {}),
        await it.request(token, 'POST', '/api/v0/organizations', {}),
        await it.request(token, 'GET', '/api/v0/user/api-tokens'),
      ]
      expect([scope, answers.map(({ status }) => status)]).toEqual([scope, statuses])
      const needed = ['read', 'build', 'manage', 'account']
      for (const [n, answer] of answers.entries())
        if (answer.status === 403) {
          expect(codeOf(answer)).toBe('insufficient_scope')
          expect(JSON.stringify(answer.body)).toContain(`\`${needed[n]}\``)
        }
    }
  })

  /** Returns the path of the log of a job that waits for a runner. */
  async function newLog(): Promise<string> {
    const pipeline = await it.newPipeline()
    const build = await it.request(ownerToken, 'POST', `/api/v0/organizations/default/pipelines/${pipeline}/builds`, {
      branch: 'main',
      commit: 'abc',
      source_b64: '',
      pipeline_ir: ir({ key: 'a', cmd: 'true' }),
    })
    expect(build.status).toBe(201)
    const jobs = await it.request<{ data: { id: string }[] }>(
      ownerToken,
      'GET',
      `/api/v0/organizations/default/pipelines/${pipeline}/builds/1/jobs`,
    )
    return `/v0/jobs/${jobs.body.data[0]?.id}/logs`
  }

  test('reads the logs of its organization with the scope `read`', async () => {
    const path = `${await newLog()}.txt`
    const ask = async (token: string) => {
      const answer = await it.request(token, 'GET', path)
      return answer.status === 200 ? 200 : codeOf(answer)
    }
    expect(await ask(await newKey(null, null))).toBe(200)
    expect(await ask(await newKey(['read'], 'default'))).toBe(200)
    expect(await ask(await newKey(['read'], second))).toBe('log_stream_forbidden')
    expect(await ask(await newKey(['build', 'manage', 'account'], null))).toBe('insufficient_scope')
  })

  test('keeps a log open for as long as its user is a member', async () => {
    const path = await newLog()
    const { id, token } = await it.newMember('reader')
    const { pool } = it.server
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const stream = await fetch(it.server.url + path, { headers: { authorization: `Bearer ${token}` } })
    expect(stream.status).toBe(200)
    await pool.query('delete from memberships where user_id = $1', [id])
    const text = stream.text()
    vi.advanceTimersByTime(60_000)
    expect(await text).not.toContain('event: done')
  })
})
