import { expect, test } from 'vitest'
import { codeOf, ownerToken, testServer } from '../testing/server.ts'

const it = testServer()
const path = '/api/v0/user/api-tokens'

interface Made {
  readonly token: string
  readonly api_token: { readonly id: string }
}

function make(body: unknown, token = ownerToken) {
  return it.request<Made>(token, 'POST', path, body)
}

test('nobody without a credential lists, makes or revokes keys', async () => {
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

test('G31 a foreign, an absent and a malformed key give the same 404', async () => {
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
  const { body } = await make({ description: 'short', expires_at: new Date(Date.now() + 700).toISOString() })
  expect((await it.request(body.token, 'GET', '/api/v0/user')).status).toBe(200)
  await new Promise((resolve) => setTimeout(resolve, 800))
  expect((await it.request(body.token, 'GET', '/api/v0/user')).status).toBe(401)
})

test('the last use is written at most once a minute', async () => {
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
  ['an impossible day', { description: 'x', expires_at: '2031-13-01T00:00:00Z' }],
  ['an expiry in the past', { description: 'x', expires_at: '2020-01-01T00:00:00Z' }],
] as const)('%s is refused', async ([, body]) => {
  const answer = await make(body)
  expect([answer.status, codeOf(answer)]).toEqual([422, 'api_token_invalid'])
})

test('a user has at most 100 live keys, also when they are made at the same time', async () => {
  const user = await it.newUser('collector')
  const answers = await Promise.all(Array.from({ length: 110 }, (_, n) => make({ description: `${n}` }, user.token)))
  const made = answers.filter(({ status }) => status === 201)
  expect(made).toHaveLength(99)
  expect(new Set(answers.filter(({ status }) => status !== 201).map(codeOf))).toEqual(
    new Set(['api_token_limit_reached']),
  )
})
