/** Tests that credentials cannot create credentials that exceed or outlive them. */
import { randomBytes, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { codeOf, testServer } from '../../testing/server.ts'
import { startSession } from '../sessions/start-session.ts'

const it = testServer()
const client = { address: '203.0.113.7', userAgent: null }

interface Narrow {
  readonly scopes?: readonly string[]
  readonly organizations?: readonly string[]
  readonly expires_at?: string | null
}

interface Session {
  readonly organizations: readonly { readonly slug: string; readonly permissions: readonly string[] }[]
  readonly expires_at: string | null
}

async function newKey(token: string, wish: Narrow = {}) {
  const body = { description: 'key', ...wish }
  return it.request<{ token: string; api_token: { id: string } & Required<Narrow> }>(
    token,
    'POST',
    '/api/v0/user/api-tokens',
    body,
  )
}

/** Starts a CLI session with a code that this credential requested. */
async function byCode(token: string): Promise<string> {
  const { code } = (await it.request<{ code: string }>(token, 'POST', '/api/v0/auth/cli/code')).body
  return (await it.request<{ token: string }>(null, 'POST', '/api/v0/auth/cli/redeem', { code })).body.token
}

/** Starts a CLI session with the CLI's own nonce. */
async function byNonce(token: string): Promise<string> {
  const nonce = randomBytes(24).toString('base64url')
  await it.request(token, 'POST', '/api/v0/auth/cli/transfer', { nonce })
  return (await it.request<{ token: string }>(null, 'POST', '/api/v0/auth/cli/claim', { nonce })).body.token
}

const sessionOf = async (token: string) => (await it.request<Session>(token, 'GET', '/api/v0/session')).body
const statusOf = async (token: string) => (await it.request(token, 'GET', '/api/v0/session')).status
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()

test.for([
  ['code', byCode],
  ['nonce', byNonce],
] as const)(
  'G30 a session that a key makes by a %s is as narrow as the key, and so is all that it makes',
  async ([way, login]) => {
    const { token, organization } = await it.newUser(`minter-${way}`)
    await it.request(token, 'POST', '/api/v0/organizations', { name: `Other ${way}` })
    const within = { scopes: ['account', 'read'], organizations: [organization], expires_at: inAnHour() }
    const key = (await newKey(token, within)).body
    const first = await login(key.token)
    const second = await login(first)
    for (const session of [first, second]) {
      expect(await sessionOf(session)).toMatchObject({
        organizations: [{ slug: organization, permissions: ['audit'] }],
        expires_at: key.api_token.expires_at,
      })
      expect(codeOf(await it.request(session, 'POST', '/api/v0/organizations', { name: 'x' }))).toBe(
        'insufficient_scope',
      )
      expect(codeOf(await it.request(session, 'GET', `/api/v0/organizations/other-${way}`))).toBe(
        'organization_not_found',
      )
      for (const wider of [
        {},
        { scopes: within.scopes },
        { organizations: [organization] },
        { ...within, expires_at: new Date(Date.now() + 7_200_000).toISOString() },
      ])
        expect(codeOf(await newKey(session, wider))).toBe('api_token_invalid')
      expect((await newKey(session, { ...within, expires_at: null })).body.api_token).toEqual(
        expect.objectContaining({ ...within, expires_at: key.api_token.expires_at }),
      )
    }
  },
)

test('G30 revoking a key ends all sessions and keys that it created, directly or indirectly', async () => {
  const { token } = await it.newUser('feller')
  const [key, other] = [(await newKey(token)).body, (await newKey(token)).body]
  const session = await byCode(key.token)
  const made = [
    session,
    await byNonce(session),
    (await newKey(session)).body.token,
    await byCode((await newKey(key.token)).body.token),
  ]
  const apart = await byCode(other.token)
  for (const each of [...made, apart]) expect(await statusOf(each)).toBe(200)
  await it.request(token, 'DELETE', `/api/v0/user/api-tokens/${key.api_token.id}`)
  expect(await Promise.all(made.map(statusOf))).toEqual([401, 401, 401, 401])
  expect([await statusOf(apart), await statusOf(token)]).toEqual([200, 200])
})

test('G30 a session created by a session ends no later than it, and both end with their passkey or linked account', async () => {
  const { id } = await it.newUser('chain')
  const start = { userId: id, kind: 'web', isCookie: false, client } as const
  const notAfter = new Date(Date.now() + 86_400_000)
  const origin = { passkeyId: randomUUID(), identityProvider: 'github' }
  const { token } = await startSession(it.server.pool, { ...start, ...origin, notAfter })
  const made = await byCode(await byNonce(token))
  expect(Date.parse((await sessionOf(made)).expires_at ?? '')).toBe(notAfter.getTime())
  const { rows } = await it.server.pool.query('select passkey_id, identity_provider from sessions where user_id = $1', [
    id,
  ])
  expect(rows).toEqual(Array(3).fill({ passkey_id: origin.passkeyId, identity_provider: 'github' }))
})

test('a key that is revoked while it creates a credential leaves none behind', async () => {
  const { token } = await it.newUser('racing')
  for (let round = 0; round < 5; round += 1) {
    const key = (await newKey(token)).body
    const { code } = (await it.request<{ code: string }>(key.token, 'POST', '/api/v0/auth/cli/code')).body
    const [made, session] = await Promise.all([
      newKey(key.token),
      it.request<{ token: string }>(null, 'POST', '/api/v0/auth/cli/redeem', { code }),
      it.request(token, 'DELETE', `/api/v0/user/api-tokens/${key.api_token.id}`),
    ])
    expect([201, 401]).toContain(made.status)
    expect([200, 400]).toContain(session.status)
    for (const each of [made.body.token, session.body.token]) if (each) expect(await statusOf(each)).toBe(401)
  }
})
