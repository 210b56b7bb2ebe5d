import { startGithub } from '@harmont/outside/github'
import { afterAll, afterEach, expect, test } from 'vitest'
import { codeOf, testServer } from '../../testing/server.ts'
import { readRedirectPath } from './redirect-uris.ts'
import { type Jar, visits } from './visits.test-support.ts'

const publicUrl = 'http://localhost:4000'
const github = await startGithub({ publicUrl })
const it = testServer({ ...github.environment, HARMONT_PUBLIC_URL: publicUrl })
afterAll(() => github.stop())
afterEach(async () => {
  expect(github.violations).toEqual([])
  await it.server.pool.query('truncate rate_limits')
})

const visit = visits(it, publicUrl)

let people = 0
function newPerson() {
  people += 1
  return github.addUser(`flow-${people}`)
}

const start = async (jar: Jar, query = '?redirect=%2Facme%2Frepos') =>
  (await visit(jar, `/api/v0/auth/github/start${query}`)).location

/** Begins a sign-in, lets GitHub redirect the browser back, and returns that URL. */
async function comeBack(jar: Jar, login: string, query?: string): Promise<string> {
  return (await github.authorize(await start(jar, query), login)).href
}

const ask = (jar: Jar, path: string) =>
  it.request<{ email: string; identities: unknown[] }>(null, 'GET', path, undefined, {
    cookie: `harmont_session=${jar.get('harmont_session')}`,
  })

async function signedIn(login: string): Promise<Jar> {
  const jar: Jar = new Map()
  await visit(jar, await comeBack(jar, login))
  return jar
}

test('after the sign-in, a browser returns to the path that it came from, and no GitHub token is stored', async () => {
  const { login } = newPerson()
  const jar: Jar = new Map()
  const authorizeUrl = new URL(await start(jar))
  expect(Object.fromEntries(authorizeUrl.searchParams)).toMatchObject({
    redirect_uri: `${publicUrl}/api/v0/auth/github/callback`,
    code_challenge_method: 'S256',
    state: expect.stringMatching(/^[\w-]{43}$/),
  })
  const { rows } = await it.server.pool.query('select * from oauth_states')
  expect(JSON.stringify(rows)).not.toContain(authorizeUrl.searchParams.get('state'))
  const back = await visit(jar, (await github.authorize(authorizeUrl.href, login)).href)
  expect([back.status, back.location]).toEqual([302, '/acme/repos'])
  expect([...jar.keys()].toSorted()).toEqual(['harmont_csrf', 'harmont_session'])
  expect((await ask(jar, '/api/v0/user')).body.email).toBe(`${login}@example.com`)
  const tables = await it.server.pool.query(
    "select string_agg(t::text, '') as all from (select row_to_json(i) from identities i union all select row_to_json(s) from sessions s) t",
  )
  expect(tables.rows[0].all).not.toMatch(/ghu_/)
})

test('G33 a state works once, and only in the browser that began the sign-in and with its provider', async () => {
  const { login } = newPerson()
  const refused = '/login?error=oauth_state_invalid'
  const jar: Jar = new Map()
  const address = await comeBack(jar, login)
  const cookies = new Map(jar)
  const answers = await Promise.all(Array.from({ length: 5 }, () => visit(new Map(cookies), address)))
  expect(answers.map(({ location }) => location).toSorted()).toEqual(['/acme/repos', ...Array(4).fill(refused)])
  expect((await visit(new Map(), await comeBack(new Map(), login))).location).toBe(refused)
  const other: Jar = new Map()
  await start(other)
  expect((await visit(other, await comeBack(new Map(), login))).location).toBe(refused)
  for (const state of ['', '?state=', `?code=abc&state=${'x'.repeat(43)}`])
    expect((await visit(new Map(cookies), `/api/v0/auth/github/callback${state}`)).location).toBe(refused)
})

test('a state expires after ten minutes', async () => {
  const { login } = newPerson()
  const jar: Jar = new Map()
  const address = await comeBack(jar, login)
  await it.server.pool.query("update oauth_states set expires_at = now() - interval '1 second'")
  expect((await visit(jar, address)).location).toBe('/login?error=oauth_state_invalid')
})

test('a sign-in from before a change of the encryption key is refused', async () => {
  const { login } = newPerson()
  const jar: Jar = new Map()
  const address = await comeBack(jar, login)
  await it.server.pool.query("update oauth_states set verifier = '\\x01' || sha256('of another key')")
  expect((await visit(jar, address)).location).toBe('/login?error=oauth_state_invalid&redirect=%2Facme%2Frepos')
})

test('an injected code is refused, because it belongs to another challenge', async () => {
  const victim: Jar = new Map()
  const mine = new URL(await comeBack(victim, newPerson().login))
  const attackers = new URL(await comeBack(new Map(), newPerson().login))
  mine.searchParams.set('code', attackers.searchParams.get('code') ?? '')
  expect((await visit(victim, mine.href)).location).toBe('/login?error=oauth_provider_error&redirect=%2Facme%2Frepos')
  expect(victim.has('harmont_session')).toBe(false)
})

test('a user who declines sees why, and the state is consumed', async () => {
  const { login } = newPerson()
  const jar: Jar = new Map()
  const back = await github.authorize(await start(jar), login, { deny: true })
  expect((await visit(jar, back.href)).location).toBe('/login?error=oauth_provider_error&redirect=%2Facme%2Frepos')
  expect((await visit(jar, back.href)).location).toBe('/login?error=oauth_state_invalid')
})

test('a sign-in redirects only to pages of this server', async () => {
  const wrong = [
    '//evil.example.com',
    '/\\evil.example.com',
    '/a\\b',
    '/\t/evil.example.com',
    '/a\nb',
    'https://evil.example.com',
  ]
  for (const path of [...wrong, '', 'a', `/${'a'.repeat(3000)}`]) {
    expect([path, readRedirectPath(path)]).toEqual([path, undefined])
    expect((await visit(new Map(), `/api/v0/auth/github/start?redirect=${encodeURIComponent(path)}`)).status).toBe(400)
  }
  for (const path of ['/', '/acme/pipelines?x=1#y']) expect(readRedirectPath(path)).toBe(path)
})

test('linking needs no matching address, and links the account to the signed-in user only', async () => {
  const first = newPerson()
  const jar = await signedIn(first.login)
  const second = newPerson()
  await visit(jar, await comeBack(jar, second.login, '?link=true'))
  const { body } = await ask(jar, '/api/v0/user/identities')
  expect(body.identities).toHaveLength(2)
  expect((await ask(await signedIn(second.login), '/api/v0/user')).body.email).toBe(`${first.login}@example.com`)
  const stranger = await signedIn(newPerson().login)
  const taken = await visit(stranger, await comeBack(stranger, second.login, '?link=true'))
  expect(taken.location).toBe('/login?error=identity_linked_elsewhere')
})

test('linking is refused to a user other than the one who began it, to another site, and without a session', async () => {
  const mine = await signedIn(newPerson().login)
  const address = await comeBack(mine, newPerson().login, '?link=true')
  const theirs = await signedIn(newPerson().login)
  const mixed: Jar = new Map([...mine, ['harmont_session', theirs.get('harmont_session') ?? '']])
  expect((await visit(mixed, address)).location).toBe('/login?error=oauth_state_invalid')
  const begun = await visit(mine, '/api/v0/auth/github/start?link=true', { 'sec-fetch-site': 'cross-site' })
  expect(begun.location).toBe('/login?error=csrf_failed')
  expect((await visit(new Map(), '/api/v0/auth/github/start?link=true')).location).toBe('/login?error=unauthorized')
})

test('an unknown or unconfigured provider is refused with a reason', async () => {
  for (const path of ['start', 'callback']) {
    const unknown = await it.request(null, 'GET', `/api/v0/auth/nobody/${path}`)
    expect([unknown.status, codeOf(unknown)]).toEqual([404, 'route_not_found'])
    const google = await it.request(null, 'GET', `/api/v0/auth/google/${path}`)
    expect([google.status, codeOf(google)]).toEqual([503, 'oauth_not_configured'])
  }
})

test('a redirect to a path with any characters is percent-encoded', async () => {
  const { login } = newPerson()
  for (const [sent, location] of [
    ['/%E2%82%AC/%F0%9F%98%80', '/%E2%82%AC/%F0%9F%98%80'],
    ['/a%20b?c=%C3%A9', '/a%20b?c=%C3%A9'],
    ['/..//evil.example', '//evil.example'],
    ['/@evil.example', '/@evil.example'],
  ] as const) {
    const jar: Jar = new Map()
    const back = await visit(jar, await comeBack(jar, login, `?redirect=${sent}`))
    expect([back.status, back.location]).toEqual([302, location])
    expect(back.headers.get('location')).toBe(publicUrl + location)
    expect(jar.has('harmont_session')).toBe(true)
  }
})
