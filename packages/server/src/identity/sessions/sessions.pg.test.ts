import { expect, test } from 'vitest'
import { ensureOwner } from '../../organizations/lifecycle/store.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { sessionCookies } from '../../platform/http/authorization/session-cookies.ts'
import { codeOf, publicUrl, testServer } from '../../testing/server.ts'
import { startSession } from './start-session.ts'
import { removeDeadSessions } from './store.ts'

const cookieSecret = 'the-cookie-secret-of-tests'
const it = testServer({ HARMONT_COOKIE_SECRET: cookieSecret })
const path = '/api/v0/user/sessions'
const client = { address: '203.0.113.9', userAgent: 'Firefox' }

interface Listed {
  readonly sessions: { readonly id: string; readonly current: boolean; readonly kind: string }[]
}

function start(userId: string, kind: 'web' | 'cli' = 'web') {
  return transaction(it.server.pool, (database) => startSession(database, { userId, kind, isCookie: false, client }))
}

async function statusWith(token: string): Promise<number> {
  return (await it.request(token, 'GET', '/api/v0/user')).status
}

test('sessions cannot be listed or ended without a credential', async () => {
  for (const [method, target] of [
    ['GET', path],
    ['DELETE', path],
    ['DELETE', `${path}/00000000-0000-4000-8000-000000000000`],
    ['GET', '/api/v0/session'],
    ['POST', '/api/v0/auth/logout'],
  ] as const)
    expect((await it.request(null, method, target)).status).toBe(401)
})

test('sessions are listed newest first with their origin, and the current one is marked', async () => {
  const { id } = await it.newUser('lister')
  const old = await start(id, 'cli')
  const current = await start(id)
  const { body } = await it.request<Listed>(current.token, 'GET', path)
  expect(body.sessions.map((session) => session.id)).toEqual([current.id, old.id])
  expect(body.sessions[0]).toMatchObject({ kind: 'web', current: true, ip: client.address, user_agent: 'Firefox' })
  expect(body.sessions[1]).toMatchObject({ kind: 'cli', current: false })
})

test('G31 a foreign, an absent and a malformed session result in the same 404', async () => {
  const owner = await it.newUser('session-owner')
  const stranger = await it.newUser('session-stranger')
  const session = await start(owner.id)
  const tell = async (id: string) => {
    const answer = await it.request(stranger.token, 'DELETE', `${path}/${id}`)
    const { request_id, ...error } = answer.body.error as Record<string, unknown>
    return [answer.status, error]
  }
  const foreign = await tell(session.id)
  expect(foreign).toMatchObject([404, { code: 'session_not_found' }])
  expect(await tell('00000000-0000-4000-8000-000000000000')).toEqual(foreign)
  expect(await tell('%20')).toEqual(foreign)
  expect(await statusWith(session.token)).toBe(200)
})

test('G32 a session is stored as a hash, and stops working on the next request after its end', async () => {
  const { id, token } = await it.newUser('ender')
  const session = await start(id)
  expect(session.token).toMatch(/^[A-Za-z0-9_-]{43}$/)
  const { rows } = await it.server.pool.query('select * from sessions where user_id = $1', [id])
  expect(JSON.stringify(rows)).not.toContain(session.token)
  expect((await it.request(token, 'DELETE', `${path}/${session.id}`)).status).toBe(204)
  expect(await statusWith(session.token)).toBe(401)
  expect(codeOf(await it.request(token, 'DELETE', `${path}/${session.id}`))).toBe('session_not_found')
})

test('signing out everywhere keeps the current session unless the request includes it', async () => {
  const { id } = await it.newUser('leaver')
  const [first, current] = [await start(id), await start(id)]
  expect((await it.request(current.token, 'DELETE', path)).status).toBe(204)
  expect([await statusWith(first.token), await statusWith(current.token)]).toEqual([401, 200])
  expect((await it.request(current.token, 'DELETE', `${path}?current=maybe`)).status).toBe(400)
  expect((await it.request(current.token, 'DELETE', `${path}?current=true`)).status).toBe(204)
  expect(await statusWith(current.token)).toBe(401)
})

test('logging out revokes the credential of the request and clears the cookies; a repeat gets 401', async () => {
  const { id, token } = await it.newUser('logger')
  const session = await start(id)
  for (const credential of [session.token, token]) {
    const answer = await it.request(credential, 'POST', '/api/v0/auth/logout')
    expect(answer.status).toBe(204)
    expect(answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0])).toEqual([
      'harmont_session=',
      'harmont_csrf=',
    ])
    expect((await it.request(credential, 'POST', '/api/v0/auth/logout')).status).toBe(401)
  }
  const { rows } = await it.server.pool.query(
    'select action from audit_events where actor_id = $1 order by created_at',
    [id],
  )
  expect(rows.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['session.logged_out', 'api_token.logged_out']),
  )
})

test('a browser that logs out with its cookies loses session and cookies', async () => {
  const { id } = await it.newUser('browser')
  const session = await transaction(it.server.pool, (database) =>
    startSession(database, { userId: id, kind: 'web', isCookie: true, client }),
  )
  const cookies = sessionCookies(publicUrl, cookieSecret)
    .set(session)
    .map((text) => text.split(';')[0] ?? '')
  const [, csrf = ''] = cookies[1]?.split('=') ?? []
  const headers = { cookie: cookies.join('; '), origin: publicUrl, 'x-csrf-token': csrf }
  expect((await it.request(null, 'GET', '/api/v0/session', undefined, headers)).status).toBe(200)
  const answer = await it.request(null, 'POST', '/api/v0/auth/logout', undefined, headers)
  expect(answer.status).toBe(204)
  expect(answer.headers.getSetCookie().every((cookie) => cookie.includes('Max-Age=0'))).toBe(true)
  expect((await it.request(null, 'GET', '/api/v0/session', undefined, headers)).status).toBe(401)
})

test('a user has at most 200 sessions, even when they start concurrently, and the oldest end first', async () => {
  const { id } = await it.newUser('collector-of-sessions')
  const oldest = await start(id)
  await it.server.pool.query("update sessions set created_at = now() - interval '1 day' where id = $1", [oldest.id])
  const made = await Promise.all(Array.from({ length: 205 }, () => start(id)))
  const { rows } = await it.server.pool.query<{ id: string }>('select id from sessions where user_id = $1', [id])
  expect(rows).toHaveLength(200)
  expect(rows.map((row) => row.id)).not.toContain(oldest.id)
  const ids = new Set(made.map((session) => session.id))
  expect(rows.every((row) => ids.has(row.id))).toBe(true)
})

test('expired sessions are not listed, and the sweep removes them', async () => {
  const { id, token } = await it.newUser('sleeper')
  const expired = await start(id)
  const idle = await startSession(it.server.pool, { userId: id, kind: 'web', isCookie: true, client })
  const used = await startSession(it.server.pool, { userId: id, kind: 'web', isCookie: true, client })
  const change = (text: string, session: string) =>
    it.server.pool.query(`update sessions set ${text} where id = $1`, [session])
  await change("expires_at = now() - interval '1 second'", expired.id)
  await change("last_used_at = now() - interval '15 days'", idle.id)
  await change("last_used_at = now() - interval '13 days'", used.id)
  const { body } = await it.request<Listed>(token, 'GET', path)
  expect(body.sessions.map((session) => session.id)).toEqual([used.id])
  expect(await removeDeadSessions(it.server.pool)).toBe(2)
  expect(await removeDeadSessions(it.server.pool)).toBe(0)
})

test("the current session lists the caller's permissions in each organization", async () => {
  const { id, organization } = await it.newUser('reader-of-session')
  const session = await start(id)
  const { body } = await it.request<{ organizations: { permissions: string[] }[] }>(
    session.token,
    'GET',
    '/api/v0/session',
  )
  expect(body).toMatchObject({
    user: { uuid: id, email: 'reader-of-session@example.com' },
    organizations: [{ slug: organization, role: 'owner' }],
    expires_at: session.expiresAt.toISOString().replace('Z', '000Z'),
  })
  expect(body.organizations[0]?.permissions).toHaveLength(13)
})

test("permissions exclude those reserved for admins, and those outside a key's scopes", async () => {
  const owner = await it.newUser('keeper')
  const member = await it.newUser('kept')
  const { rows } = await it.server.pool.query<{ id: string }>('select id from organizations where slug = $1', [
    owner.organization,
  ])
  const organizationId = rows[0]?.id ?? ''
  await ensureOwner(it.server.pool, organizationId, member.id)
  const permissions = async (token: string) => {
    const { body } = await it.request<{ organizations: { slug: string; permissions: string[] }[] }>(
      token,
      'GET',
      '/api/v0/session',
    )
    return body.organizations.find(({ slug }) => slug === owner.organization)?.permissions
  }
  const narrow = await it.request<{ token: string }>(member.token, 'POST', '/api/v0/user/api-tokens', {
    description: 'reads',
    scopes: ['read'],
  })
  expect(narrow.status).toBe(201)
  expect(await permissions(narrow.body.token)).toEqual(['audit'])
  await it.server.pool.query("update memberships set role = 'member' where user_id = $1 and organization_id = $2", [
    member.id,
    organizationId,
  ])
  expect(await permissions(member.token)).toEqual(['build', 'pipeline.create'])
  await it.server.pool.query('update organizations set members_can_create_pipelines = false where id = $1', [
    organizationId,
  ])
  expect(await permissions(member.token)).toEqual(['build'])
})
