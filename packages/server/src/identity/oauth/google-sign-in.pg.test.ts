import { createHash } from 'node:crypto'
import { startGoogle } from '@harmont/outside/google'
import { afterAll, afterEach, expect, test } from 'vitest'
import { codeOf, testServer } from '../../testing/server.ts'
import { type Jar, visits } from './visits.test-support.ts'

const publicUrl = 'http://localhost:4000'
const callback = `${publicUrl}/auth/google/callback`
const serverCallback = `${publicUrl}/api/v0/auth/google/callback`
const google = await startGoogle({ redirectUris: [callback, `${publicUrl}/auth/callback`, serverCallback] })
const it = testServer({
  ...google.environment,
  HARMONT_PUBLIC_URL: publicUrl,
  HARMONT_RATE_LIMITS: 'sign_in_address=10000/1m,sign_in_failures_address=6/1m',
})
afterAll(() => google.stop())
afterEach(() => it.server.pool.query('truncate rate_limits'))

let people = 0

/** A new account at Google. */
function newPerson(facts: { readonly email?: string; readonly email_verified?: boolean; readonly name?: string } = {}) {
  people += 1
  const email = `person-${people}@example.com`
  return google.addAccount({ sub: `10000000000000000000${people}`, email, email_verified: true, name: 'P', ...facts })
}

/** Runs the first half of the popup flow, as a page does. Returns the provider's code. */
async function codeFor(sub: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const url = new URL(`${google.url}/auth`)
  const asked = {
    client_id: google.environment.HARMONT_GOOGLE_CLIENT_ID ?? '',
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid email profile',
    ...more,
  }
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)
  return (await google.authorize(url.href, sub)).searchParams.get('code') ?? ''
}

const post = (body: Readonly<Record<string, unknown>>) =>
  it.request<{ token: string; user: { uuid: string; email: string; name: string } }>(
    null,
    'POST',
    '/api/v0/auth/google',
    body,
  )

const signIn = async (sub: string) => post({ code: await codeFor(sub), redirect_uri: callback })

test('a new user gets an account with the verified address, and signs in to it again', async () => {
  const person = newPerson({ email: 'Ada@Example.com', name: 'Ada Lovelace' })
  const first = await signIn(person.sub)
  expect([first.status, first.body.user.email, first.body.user.name]).toEqual([200, 'ada@example.com', 'Ada Lovelace'])
  person.email = 'other@example.com'
  const again = await signIn(person.sub)
  expect(again.body.user.uuid).toBe(first.body.user.uuid)
  const { body } = await it.request<{ identities: unknown[] }>(again.body.token, 'GET', '/api/v0/user/identities')
  expect(body.identities).toMatchObject([{ provider: 'google', name: 'Ada Lovelace', email: 'other@example.com' }])
})

test('an account is linked to the user with its verified address; an unverified address is refused', async () => {
  const user = await it.newUser('linked-by-google')
  const email = 'linked-by-google@example.com'
  const stranger = await signIn(newPerson({ email, email_verified: false }).sub)
  expect([stranger.status, codeOf(stranger)]).toEqual([403, 'oauth_email_unverified'])
  expect((await signIn(newPerson({ email }).sub)).body.user.uuid).toBe(user.id)
})

test('G33 a code works once, with its own redirect URI and verifier', async () => {
  const { sub } = newPerson()
  const verifier = 'v'.repeat(43)
  const challenge = {
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }
  const code = await codeFor(sub)
  expect((await post({ code, redirect_uri: callback })).status).toBe(200)
  for (const body of [
    { code, redirect_uri: callback },
    { code: 'never-given', redirect_uri: callback },
    { code: await codeFor(sub), redirect_uri: `${publicUrl}/auth/callback` },
    { code: await codeFor(sub, challenge), redirect_uri: callback },
    { code: await codeFor(sub, challenge), redirect_uri: callback, code_verifier: 'w'.repeat(43) },
  ]) {
    const answer = await post(body)
    expect([answer.status, codeOf(answer)]).toEqual([502, 'oauth_provider_error'])
  }
  const right = { code: await codeFor(sub, challenge), redirect_uri: callback, code_verifier: verifier }
  expect((await post(right)).status).toBe(200)
})

test('only listed redirect URIs are accepted', async () => {
  const answer = await post({ code: 'c', redirect_uri: 'https://evil.example.com/back' })
  expect([answer.status, codeOf(answer)]).toEqual([422, 'oauth_redirect_invalid'])
})

test.for([
  ['answers 500', { on: /token/, how: '500' }],
  ['answers with a page', { on: /token/, how: '502' }],
  ['cuts the connection', { on: /token/, how: 'reset' }],
] as const)('when Google %s the sign-in fails with 502, and works the next time', async ([, misbehaviour]) => {
  const { sub, email } = newPerson()
  google.misbehave(misbehaviour)
  const answer = await signIn(sub)
  expect([answer.status, codeOf(answer)]).toEqual([502, 'oauth_provider_error'])
  expect((await it.server.pool.query('select 1 from users where email = $1', [email])).rows).toEqual([])
  expect((await signIn(sub)).status).toBe(200)
})

test('an ID token with a changed subject is refused', async () => {
  const [victim, other] = [newPerson(), newPerson()]
  await signIn(victim.sub)
  google.tamper((claims) => ({ ...claims, sub: victim.sub }))
  const answer = await signIn(other.sub)
  google.tamper(null)
  expect([answer.status, codeOf(answer)]).toEqual([502, 'oauth_provider_error'])
})

const visit = visits(it, publicUrl)
const start = async (jar: Jar, query = '?redirect=%2Facme%2Frepos') =>
  (await visit(jar, `/api/v0/auth/google/start${query}`)).location

test('after the sign-in, a browser returns to the path that it came from', async () => {
  const { sub, email } = newPerson()
  const jar: Jar = new Map()
  const authorizeUrl = await start(jar)
  expect(Object.fromEntries(new URL(authorizeUrl).searchParams)).toMatchObject({
    redirect_uri: serverCallback,
    code_challenge_method: 'S256',
    nonce: expect.stringMatching(/^[\w-]{43}$/),
  })
  const back = await visit(jar, (await google.authorize(authorizeUrl, sub)).href)
  expect([back.status, back.location]).toEqual([302, '/acme/repos'])
  const cookie = `harmont_session=${jar.get('harmont_session')}`
  const user = await it.request<{ email: string }>(null, 'GET', '/api/v0/user', undefined, { cookie })
  expect(user.body.email).toBe(email)
})

test('an ID token with a different nonce is refused, and so is a user who declines', async () => {
  const { sub } = newPerson()
  const jar: Jar = new Map()
  const authorizeUrl = new URL(await start(jar))
  authorizeUrl.searchParams.set('nonce', 'of-another-page')
  const back = await visit(jar, (await google.authorize(authorizeUrl.href, sub)).href)
  expect(back.location).toMatch(/^\/login\?error=oauth_provider_error/)
  const denied = await google.authorize(await start(jar), sub, { deny: true })
  expect((await visit(jar, denied.href)).location).toMatch(/^\/login\?error=oauth_/)
  expect(jar.has('harmont_session')).toBe(false)
})

test('a signed-in user links a second Google account, signs in with either, and unlinks both at once', async () => {
  const [first, second] = [newPerson(), newPerson()]
  const jar: Jar = new Map()
  await visit(jar, (await google.authorize(await start(jar), first.sub)).href)
  await visit(jar, (await google.authorize(await start(jar, '?link=true'), second.sub)).href)
  const { token, user } = (await signIn(second.sub)).body
  expect(user.email).toBe(first.email)
  const { body } = await it.request<{ identities: unknown[] }>(token, 'GET', '/api/v0/user/identities')
  expect(body.identities).toMatchObject([{ provider: 'google' }, { provider: 'google' }])
  const path = '/api/v0/user/identities/google'
  const last = await it.request(token, 'DELETE', path)
  expect([last.status, codeOf(last)]).toEqual([409, 'identity_last_credential'])
  await it.server.pool.query(
    `insert into passkeys (id, user_id, credential_id, public_key, counter, transports, nickname) values (gen_random_uuid(), $1, 'g', 'k', 0, '{}', 'p')`,
    [user.uuid],
  )
  expect((await it.request(token, 'DELETE', path)).status).toBe(204)
  expect((await it.request(token, 'GET', '/api/v0/user')).status).toBe(401)
})
