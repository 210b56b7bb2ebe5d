import { expect, test } from 'vitest'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'

// A local public URL enables the mailbox, from which the test reads mails.
const it = testServer({ HARMONT_PUBLIC_URL: 'http://localhost:4000' })
const path = '/api/v0/user/api-tokens'

interface Made {
  readonly token: string
  readonly api_token: { readonly id: string }
}

function make(body: unknown, token = ownerToken) {
  return it.request<Made>(token, 'POST', path, body)
}

test('keys cannot be listed, created or revoked without a credential', async () => {
  for (const [method, target] of [
    ['GET', path],
    ['POST', path],
    ['DELETE', `${path}/00000000-0000-4000-8000-000000000000`],
  ] as const) {
    const answer = await it.request(null, method, target)
    expect([answer.status, codeOf(answer), answer.headers.get('www-authenticate')]).toEqual([
      401,
      'unauthorized',
      'Bearer',
    ])
  }
})

test('G31 a foreign, an absent and a malformed key result in the same 404', async () => {
  const stranger = await it.newUser('stranger-of-keys')
  const { body } = await make({ description: 'mine' })
  const targets = [body.api_token.id, '00000000-0000-4000-8000-000000000000', 'not-an-id']
  const answers = await Promise.all(targets.map((id) => it.request(stranger.token, 'DELETE', `${path}/${id}`)))
  const told = answers.map(({ status, body: { error } }) => {
    const { request_id, ...rest } = error as Record<string, unknown>
    return [status, rest]
  })
  expect(told[0]).toMatchObject([404, { code: 'api_token_not_found' }])
  expect(told[1]).toEqual(told[0])
  expect(told[2]).toEqual(told[0])
  expect((await it.request(body.token, 'GET', '/api/v0/user')).status).toBe(200)
})

test('G32 a key is shown once, stored as a hash, and stops working on the next request after its revocation', async () => {
  const made = await make({ description: ' Laptop CLI ', expires_at: null })
  expect(made.status).toBe(201)
  expect(made.body.token).toMatch(/^hm_[A-Za-z0-9_-]{43}$/)
  expect(made.body.api_token).toMatchObject({ description: 'Laptop CLI', expires_at: null, last_used_at: null })
  expect((await it.request(made.body.token, 'GET', '/api/v0/user')).status).toBe(200)
  const listed = await it.request<{ api_tokens: Record<string, unknown>[] }>(ownerToken, 'GET', path)
  expect(JSON.stringify(listed.body)).not.toContain(made.body.token)
  const row = listed.body.api_tokens.find((entry) => entry.id === made.body.api_token.id)
  expect(row?.last_used_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  const { rows } = await it.server.pool.query('select * from api_keys')
  expect(JSON.stringify(rows)).not.toContain(made.body.token)
  expect((await it.request(ownerToken, 'DELETE', `${path}/${made.body.api_token.id}`)).status).toBe(204)
  expect((await it.request(made.body.token, 'GET', '/api/v0/user')).status).toBe(401)
})

test('G32 an expired key gets 401', async () => {
  const { body } = await make({ description: 'short', expires_at: new Date(Date.now() + 3_600_000).toISOString() })
  expect((await it.request(body.token, 'GET', '/api/v0/user')).status).toBe(200)
  await it.server.pool.query('update api_keys set expires_at = now() where id = $1', [body.api_token.id])
  expect((await it.request(body.token, 'GET', '/api/v0/user')).status).toBe(401)
})

test('the last use is recorded at most once a minute', async () => {
  const { body } = await make({ description: 'used' })
  const lastUse = async () =>
    (await it.server.pool.query('select last_used_at from api_keys where id = $1', [body.api_token.id])).rows[0]
      .last_used_at as Date
  await it.request(body.token, 'GET', '/api/v0/user')
  const first = await lastUse()
  await it.request(body.token, 'GET', '/api/v0/user')
  expect(await lastUse()).toEqual(first)
  await it.server.pool.query("update api_keys set last_used_at = now() - interval '61 seconds' where id = $1", [
    body.api_token.id,
  ])
  await it.request(body.token, 'GET', '/api/v0/user')
  expect((await lastUse()).getTime()).toBeGreaterThanOrEqual(first.getTime())
})

test.for([
  ['a blank description', { description: '  ' }],
  ['a long description', { description: 'x'.repeat(256) }],
  ['an unreadable expiry', { description: 'x', expires_at: 'tomorrow' }],
  ['an impossible date', { description: 'x', expires_at: '2031-13-01T00:00:00Z' }],
  ['an expiry in the past', { description: 'x', expires_at: '2020-01-01T00:00:00Z' }],
  ['an unknown scope', { description: 'x', scopes: ['read', 'everything'] }],
  ['a key without a scope', { description: 'x', scopes: [] }],
  ['a key for no organization', { description: 'x', organizations: [] }],
  ['a key for a foreign organization', { description: 'x', organizations: ['default', 'nowhere'] }],
] as const)('%s is refused', async ([, body]) => {
  const answer = await make(body)
  expect([answer.status, codeOf(answer)]).toEqual([422, 'api_token_invalid'])
})

test('a user has at most 100 live keys, even when they are created concurrently', async () => {
  const user = await it.newUser('collector')
  await it.server.pool.query(
    `insert into api_keys (id, user_id, description, token_hash)
     select gen_random_uuid(), $1, 'n', encode(sha256(n::text::bytea), 'hex') from generate_series(1, 89) n`,
    [user.id],
  )
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => make({ description: `${n}` }, user.token)))
  const made = answers.filter(({ status }) => status === 201)
  expect(made).toHaveLength(10)
  expect(new Set(answers.filter(({ status }) => status !== 201).map(codeOf))).toEqual(
    new Set(['api_token_limit_reached']),
  )
})

test('a key lists its scopes and organizations', async () => {
  const made = await make({ description: 'narrow', scopes: ['build', 'read', 'read'], organizations: ['default'] })
  expect(made.body.api_token).toMatchObject({ scopes: ['build', 'read'], organizations: ['default'] })
  const wide = await make({ description: 'wide' })
  expect(wide.body.api_token).toMatchObject({ scopes: ['read', 'build', 'manage', 'account'], organizations: null })
})

test.for([
  ['with a later end', { expires_at: new Date(Date.now() + 7_200_000).toISOString() }],
  ['with all scopes', { scopes: null }],
  ['with another scope', { scopes: ['account', 'manage'] }],
  ['for all organizations', { organizations: null }],
  ['for another organization', { organizations: ['wide-two'] }],
] as const)('G30 a key cannot create a key that exceeds it: %s', async ([, wider], { task }) => {
  const { token } = await it.newUser(`wide-${task.id}`)
  await it.request(token, 'POST', '/api/v0/organizations', { name: 'Wide two' })
  const { body: session } = await it.request<{ organizations: { slug: string }[] }>(token, 'GET', '/api/v0/session')
  const organizations = [session.organizations[0]?.slug]
  const within = {
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    scopes: ['account', 'read'],
    organizations,
  }
  const key = (await make({ description: 'narrow', ...within }, token)).body.token
  expect((await make({ description: 'as narrow', ...within }, key)).status).toBe(201)
  const answer = await make({ description: 'wider', ...within, ...wider }, key)
  expect([answer.status, codeOf(answer)]).toEqual([422, 'api_token_invalid'])
})

test.for([
  ['names no end', {}],
  ['has null as its end', { expires_at: null }],
] as const)('a key that an expiring key creates ends with it when the request %s', async ([, asked], { task }) => {
  const { token } = await it.newUser(`ending-${task.id}`)
  const end = new Date(Date.now() + 3_600_000).toISOString()
  const key = (await make({ description: 'ends', expires_at: end }, token)).body.token
  const made = await make({ description: 'ends with it', ...asked }, key)
  expect([made.status, made.body.api_token]).toMatchObject([201, { expires_at: end.replace('Z', '000Z') }])
})

test('a new key is mailed to its owner without its secret, and its creation and end are audited', async () => {
  const { id, token } = await it.newUser('informed')
  const { body } = await make({ description: 'of a robot' }, token)
  await it.request(token, 'DELETE', `${path}/${body.api_token.id}`)
  const events = await it.server.pool.query('select action, subject from audit_events where actor_id = $1', [id])
  expect(events.rows).toEqual(
    expect.arrayContaining([
      { action: 'api_token.created', subject: body.api_token.id },
      { action: 'api_token.revoked', subject: body.api_token.id },
    ]),
  )
  const mailed = () =>
    it.request<{ data: { to: string; subject: string; text: string }[] }>(null, 'GET', '/api/v0/mailbox')
  await expect
    .poll(async () => (await mailed()).body.data?.find(({ to }) => to === 'informed@example.com')?.text)
    .toContain('of a robot')
  expect(JSON.stringify((await mailed()).body)).not.toContain(body.token)
})
