import { randomBytes, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { codeOf, testServer } from '../../testing/server.ts'
import { startSession } from '../sessions/start-session.ts'
import { newPasteCode, readPasteCode } from './cli-login.ts'
import { removeDeadLogins } from './store.ts'

const it = testServer()
const base = '/api/v0/auth/cli'

function newNonce(): string {
  return randomBytes(24).toString('base64url')
}

function transfer(token: string, nonce: string) {
  return it.request(token, 'POST', `${base}/transfer`, { nonce })
}

function claim(nonce: string) {
  return it.request<{ token: string }>(null, 'POST', `${base}/claim`, { nonce })
}

async function newCode(token: string): Promise<string> {
  return (await it.request<{ code: string }>(token, 'POST', `${base}/code`)).body.code
}

function redeem(code: string) {
  return it.request<{ token: string }>(null, 'POST', `${base}/redeem`, { code })
}

test('a login cannot be parked without a credential', async () => {
  expect((await it.request(null, 'POST', `${base}/transfer`, { nonce: newNonce() })).status).toBe(401)
  expect((await it.request(null, 'POST', `${base}/code`)).status).toBe(401)
})

test('G33 a parked login is claimed once, as a CLI session of its user', async () => {
  const { id, token } = await it.newUser('parker')
  const nonce = newNonce()
  expect(codeOf(await claim(nonce))).toBe('cli_code_invalid')
  expect((await transfer(token, nonce)).status).toBe(204)
  const claimed = await claim(nonce)
  expect(claimed.status).toBe(200)
  expect((await it.request(claimed.body.token, 'GET', '/api/v0/user')).body).toMatchObject({ uuid: id })
  const again = await claim(nonce)
  expect([again.status, codeOf(again)]).toEqual([400, 'cli_code_invalid'])
  const { rows } = await it.server.pool.query('select kind, is_cookie from sessions where user_id = $1', [id])
  expect(rows).toEqual([{ kind: 'cli', is_cookie: false }])
})

test('G32 no row of a parked login holds the nonce, the code or a token', async () => {
  const { token } = await it.newUser('hasher')
  const nonce = newNonce()
  await transfer(token, nonce)
  const code = await newCode(token)
  const { rows } = await it.server.pool.query('select * from cli_logins')
  const sessions = await it.server.pool.query('select * from sessions')
  const audit = await it.server.pool.query('select * from audit_events')
  const kept = JSON.stringify([rows, audit.rows])
  for (const secret of [nonce, code, token]) expect(kept).not.toContain(secret)
  // The session starts when the login is fetched.
  expect(rows).toHaveLength(2)
  expect(sessions.rows.filter((row) => row.user_id === rows[0].user_id)).toEqual([])
})

test('a user can renew their nonce, and another user cannot take it', async () => {
  const [first, second] = [await it.newUser('first-parker'), await it.newUser('second-parker')]
  const nonce = newNonce()
  expect((await transfer(first.token, nonce)).status).toBe(204)
  expect((await transfer(first.token, nonce)).status).toBe(204)
  const refused = await transfer(second.token, nonce)
  expect([refused.status, codeOf(refused)]).toEqual([409, 'cli_nonce_taken'])
  const claimed = await claim(nonce)
  expect((await it.request(claimed.body.token, 'GET', '/api/v0/user')).body).toMatchObject({ uuid: first.id })
})

test('G33 logins expire: under a nonce after 60 seconds, under a code after 5 minutes', async () => {
  const { id, token } = await it.newUser('late')
  const nonce = newNonce()
  await transfer(token, nonce)
  const code = await newCode(token)
  const age = (seconds: number) =>
    it.server.pool.query(
      'update cli_logins set expires_at = expires_at - make_interval(secs => $2) where user_id = $1',
      [id, seconds],
    )
  await age(60)
  expect(codeOf(await claim(nonce))).toBe('cli_code_invalid')
  // Another user may use the nonce now.
  expect((await transfer((await it.newUser('later')).token, nonce)).status).toBe(204)
  await age(240)
  expect(codeOf(await redeem(code))).toBe('cli_code_invalid')
  expect(await removeDeadLogins(it.server.pool)).toBeGreaterThanOrEqual(1)
})

test('ending the session that parked a login removes it', async () => {
  const { id } = await it.newUser('voider')
  const client = { address: '203.0.113.7', userAgent: null }
  const session = await startSession(it.server.pool, { userId: id, kind: 'web', isCookie: false, client })
  const nonce = newNonce()
  await transfer(session.token, nonce)
  const code = await newCode(session.token)
  await it.request(session.token, 'POST', '/api/v0/auth/logout')
  expect((await claim(nonce)).status).toBe(400)
  expect((await redeem(code)).status).toBe(400)
})

test('a login that a personal key parked expires with the key, and needs the scope `account`', async () => {
  const { token } = await it.newUser('key-parker')
  const expiresAt = new Date(Date.now() + 3_600_000)
  const make = (body: object) =>
    it.request<{ token: string }>(token, 'POST', '/api/v0/user/api-tokens', { description: 'k', ...body })
  const reading = await make({ scopes: ['read'] })
  expect(codeOf(await transfer(reading.body.token, newNonce()))).toBe('insufficient_scope')
  const short = await make({ expires_at: expiresAt.toISOString() })
  const nonce = newNonce()
  expect((await transfer(short.body.token, nonce)).status).toBe(204)
  const { body } = await claim(nonce)
  const session = await it.request<{ expires_at: string }>(body.token, 'GET', '/api/v0/session')
  expect(new Date(session.body.expires_at).getTime()).toBe(expiresAt.getTime())
})

test.for([
  ['a short nonce', { nonce: 'x'.repeat(15) }],
  ['a long nonce', { nonce: 'x'.repeat(257) }],
  ['a nonce with a blank', { nonce: `${'x'.repeat(16)} y` }],
  ['a nonce beyond ASCII', { nonce: 'é'.repeat(16) }],
  ['no nonce', {}],
] as const)('%s is refused', async ([, body]) => {
  const { token } = await it.newUser(`refused-${randomUUID()}`)
  const answer = await it.request(token, 'POST', `${base}/transfer`, body)
  expect([answer.status, codeOf(answer)]).toEqual([422, 'request_invalid'])
})

test('a typed code may have blanks, hyphens, any case and look-alikes', async () => {
  expect(newPasteCode()).toMatch(/^[0-9A-HJKMNP-TV-Z]{16}$/)
  expect(readPasteCode(' k7p2-qr9m x3wz\t4nlo ')).toBe('K7P2QR9MX3WZ4N10')
  const { token } = await it.newUser('typist')
  const code = await newCode(token)
  const typed = code
    .toLowerCase()
    .replace(/(.{4})/g, '$1- ')
    .replaceAll('0', 'o')
    .replaceAll('1', 'l')
  expect((await redeem(typed)).status).toBe(200)
})

test('G33 redeeming a code 20 times concurrently starts one session', async () => {
  const { id, token } = await it.newUser('racer')
  const code = await newCode(token)
  const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(code)))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 400)])
  const { rows } = await it.server.pool.query('select 1 from sessions where user_id = $1', [id])
  expect(rows).toHaveLength(1)
})
