import { createHash } from 'node:crypto'
import { startGithub } from '@harmont/outside/github'
import { afterAll, afterEach, expect, test } from 'vitest'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'

const publicUrl = 'http://localhost:4000'
const github = await startGithub({ publicUrl, callbackUrls: ['https://app.example.com/back'] })
const it = testServer({
  ...github.environment,
  HARMONT_PUBLIC_URL: publicUrl,
  HARMONT_OUTSIDE_TIMEOUT_SECONDS: '3',
  HARMONT_OAUTH_REDIRECT_URIS: 'https://app.example.com/back',
  HARMONT_RATE_LIMITS: 'sign_in_address=10000/1m,sign_in_failures_address=6/1m',
})
afterAll(() => github.stop())
afterEach(async () => {
  expect(github.violations).toEqual([])
  await it.server.pool.query('truncate rate_limits')
})

const callback = `${publicUrl}/auth/callback`
let people = 0

/** A new user of GitHub. */
function newPerson(facts: Parameters<typeof github.addUser>[1] = {}) {
  people += 1
  return github.addUser(`person-${people}`, facts)
}

/** Runs the first half of the popup flow, as a page does. Returns the provider's code. */
async function codeFor(
  login: string,
  { redirectUri = callback, verifier }: { redirectUri?: string; verifier?: string } = {},
) {
  const url = new URL(`${github.url}/login/oauth/authorize`)
  url.searchParams.set('client_id', github.environment.HARMONT_GITHUB_CLIENT_ID ?? '')
  url.searchParams.set('redirect_uri', redirectUri)
  url.searchParams.set('scope', 'user:email')
  if (verifier !== undefined) {
    url.searchParams.set('code_challenge', createHash('sha256').update(verifier).digest('base64url'))
    url.searchParams.set('code_challenge_method', 'S256')
  }
  return (await github.authorize(url.href, login)).searchParams.get('code') ?? ''
}

const post = (body: Record<string, unknown>, headers?: Record<string, string>) =>
  it.request<{ token: string; user: { uuid: string; email: string; name: string } }>(
    null,
    'POST',
    '/api/v0/auth/github',
    body,
    headers,
  )

const signIn = async (login: string) => post({ code: await codeFor(login), redirect_uri: callback })

const mailsTo = async (recipient: string) =>
  (await it.server.pool.query<{ subject: string }>('select subject from mailbox where recipient = $1', [recipient]))
    .rows

test('a new user gets an account with the verified address and a personal organization, and signs in to it again', async () => {
  const person = newPerson({
    name: 'Ada Lovelace',
    emails: [{ email: 'Ada@Example.com', primary: true, verified: true }],
  })
  const first = await signIn(person.login)
  expect([first.status, first.body.user.email, first.body.user.name]).toEqual([200, 'ada@example.com', 'Ada Lovelace'])
  const session = await it.request<{ organizations: { slug: string; role: string }[] }>(
    first.body.token,
    'GET',
    '/api/v0/session',
  )
  expect(session.body.organizations).toMatchObject([{ slug: 'ada-example-com', role: 'owner' }])
  person.emails = [{ email: 'other@example.com', primary: true, verified: true }]
  const again = await signIn(person.login)
  expect(again.body.user.uuid).toBe(first.body.user.uuid)
  const { body } = await it.request<{ identities: unknown[] }>(again.body.token, 'GET', '/api/v0/user/identities')
  expect(body.identities).toMatchObject([{ provider: 'github', name: 'Ada Lovelace', email: 'other@example.com' }])
})

test('an account without a display name is named after its login', async () => {
  const person = newPerson()
  expect((await signIn(person.login)).body.user.name).toBe(person.login)
})

test('an account is linked to the user with its verified address, who is notified by mail', async () => {
  const user = await it.newUser('linked-by-mail')
  const person = newPerson({ emails: [{ email: 'linked-by-mail@example.com', primary: true, verified: true }] })
  expect((await signIn(person.login)).body.user.uuid).toBe(user.id)
  await expect.poll(() => mailsTo('linked-by-mail@example.com')).toHaveLength(1)
  await signIn(person.login)
  expect(await mailsTo('linked-by-mail@example.com')).toHaveLength(1)
})

test.for([
  ['not verified', [{ email: 'linked-never@example.com', primary: true, verified: false }]],
  [
    'verified but not the primary one',
    [
      { email: 'unproved@example.com', primary: true, verified: false },
      { email: 'linked-never@example.com', primary: false, verified: true },
    ],
  ],
  ['absent', []],
] as const)('an address that is %s neither signs in nor creates an account', async ([, emails]) => {
  await it.server.pool.query(
    "insert into users (id, email, name) values (gen_random_uuid(), 'linked-never@example.com', 'v') on conflict do nothing",
  )
  const { login } = newPerson({ emails: [...emails] })
  const answer = await signIn(login)
  expect([answer.status, codeOf(answer)]).toEqual([403, 'oauth_email_unverified'])
  const { rows } = await it.server.pool.query(
    "select 1 from identities i join users u on u.id = i.user_id where u.email in ('linked-never@example.com', 'unproved@example.com')",
  )
  expect(rows).toEqual([])
})

test('G33 a code works once, with its own redirect URI and verifier', async () => {
  const { login } = newPerson()
  const verifier = 'v'.repeat(43)
  const code = await codeFor(login)
  const statuses = await Promise.all(
    Array.from({ length: 5 }, async () => (await post({ code, redirect_uri: callback })).status),
  )
  expect(statuses.toSorted()).toEqual([200, 502, 502, 502, 502])
  await it.server.pool.query('truncate rate_limits')
  const refused = [
    { code: 'never-given', redirect_uri: callback },
    { code: await codeFor(login), redirect_uri: `${publicUrl}/auth/github/callback` },
    { code: await codeFor(login, { verifier }), redirect_uri: callback },
    { code: await codeFor(login, { verifier }), redirect_uri: callback, code_verifier: 'w'.repeat(43) },
  ]
  for (const body of refused) {
    const answer = await post(body)
    expect([answer.status, codeOf(answer)]).toEqual([502, 'oauth_provider_error'])
  }
  const right = { code: await codeFor(login, { verifier }), redirect_uri: callback, code_verifier: verifier }
  expect((await post(right)).status).toBe(200)
})

test('only listed redirect URIs are accepted, compared exactly; a refused URI does not consume the code', async () => {
  const { login } = newPerson()
  const redirectUri = 'https://app.example.com/back'
  const code = await codeFor(login, { redirectUri })
  for (const wrong of [
    `${redirectUri}/`,
    `${redirectUri}?x=1`,
    'https://evil.example.com/back',
    `${publicUrl}/auth/callback/../x`,
    '',
  ]) {
    const answer = await post({ code, redirect_uri: wrong })
    expect([answer.status, codeOf(answer)]).toEqual([422, 'oauth_redirect_invalid'])
  }
  expect((await post({ code, redirect_uri: redirectUri })).status).toBe(200)
})

test.for([
  ['answers 500', { on: /access_token/, how: '500' }],
  ['answers with a page', { on: /access_token/, how: '502' }],
  ['cuts the connection', { on: /access_token/, how: 'reset' }],
  ['asks for patience', { on: /GET .*\/user$/, how: '429' }],
  ['has a secondary limit', { on: /user\/emails/, how: 'secondary' }],
  ['fails after the exchange', { on: /GET .*\/user$/, how: '500' }],
] as const)(
  'when GitHub %s the sign-in fails with 502, leaves nothing behind, and works the next time',
  async ([, misbehaviour]) => {
    const { login } = newPerson()
    github.misbehave(misbehaviour)
    const answer = await signIn(login)
    expect([answer.status, codeOf(answer)]).toEqual([502, 'oauth_provider_error'])
    expect((await it.server.pool.query('select 1 from users where email = $1', [`${login}@example.com`])).rows).toEqual(
      [],
    )
    expect((await signIn(login)).status).toBe(200)
  },
)

test('a sign-in fails when GitHub does not respond within the timeout of one call', async () => {
  const { login } = newPerson()
  github.misbehave({ on: /access_token/, how: 'hang' })
  const begun = Date.now()
  const answer = await signIn(login)
  expect([answer.status, codeOf(answer)]).toEqual([502, 'oauth_provider_error'])
  expect(Date.now() - begun).toBeGreaterThan(2_900)
})

test('G35 codes cannot be guessed: after the limit of refusals the address gets 429', async () => {
  const answers = []
  for (let n = 0; n < 8; n += 1) answers.push(await post({ code: `guess-${n}`, redirect_uri: callback }))
  expect(answers.map(codeOf).slice(0, 6)).toEqual(Array(6).fill('oauth_provider_error'))
  expect(answers.map(({ status }) => status).slice(6)).toEqual([429, 429])
  expect(Number(answers[7]?.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('concurrent first sign-ins of one person create one account', async () => {
  const { login } = newPerson()
  const codes = await Promise.all(Array.from({ length: 6 }, () => codeFor(login)))
  const answers = await Promise.all(codes.map((code) => post({ code, redirect_uri: callback })))
  expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200))
  expect(new Set(answers.map(({ body }) => body.user.uuid)).size).toBe(1)
})

test('in cookie mode only the cookie holds the token', async () => {
  const { login } = newPerson()
  const headers = { 'x-harmont-session': 'cookie', origin: publicUrl }
  const answer = await post({ code: await codeFor(login), redirect_uri: callback }, headers)
  expect(answer.body.token).toBe('')
  expect(answer.headers.getSetCookie().join()).toContain('harmont_session=')
  const foreign = await post(
    { code: await codeFor(login), redirect_uri: callback },
    { ...headers, origin: 'https://evil.example.com' },
  )
  expect([foreign.status, codeOf(foreign)]).toEqual([403, 'csrf_failed'])
})

test("unlinking ends the account's sessions, is audited, and is refused for the last way to sign in", async () => {
  const person = newPerson()
  const { token, user } = (await signIn(person.login)).body
  const path = '/api/v0/user/identities/github'
  const last = await it.request(token, 'DELETE', path)
  expect([last.status, codeOf(last)]).toEqual([409, 'identity_last_credential'])
  await it.server.pool.query(
    `insert into passkeys (id, user_id, credential_id, public_key, counter, transports, nickname) values (gen_random_uuid(), $1, 'c', 'k', 0, '{}', 'p')`,
    [user.uuid],
  )
  expect((await it.request(token, 'DELETE', path)).status).toBe(204)
  expect((await it.request(token, 'GET', '/api/v0/user')).status).toBe(401)
  const { rows } = await it.server.pool.query(
    'select action from audit_events where actor_id = $1 order by created_at, id',
    [user.uuid],
  )
  expect(rows.map(({ action }) => action).toSorted()).toEqual([
    'account.created',
    'identity.linked',
    'identity.unlinked',
  ])
  for (const provider of ['github', 'google', 'nobody']) {
    const answer = await it.request(ownerToken, 'DELETE', `/api/v0/user/identities/${provider}`)
    expect([answer.status, codeOf(answer)]).toEqual([404, 'identity_not_found'])
  }
})
