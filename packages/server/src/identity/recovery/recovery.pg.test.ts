import { randomUUID } from 'node:crypto'
import { tokenIn } from '@harmont/outside/mail-server'
import { expect, test } from 'vitest'
import { Authenticator, type CreationOptions, type Wrong } from '../../testing/authenticator.ts'
import { codeOf } from '../../testing/server.ts'
import { type Begun, origin, type Person, type SignedIn, signInServer } from '../passkeys/passkeys.test-support.ts'

const it = signInServer()

function outcome(answer: Parameters<typeof codeOf>[0]) {
  return answer.status < 400 ? answer.status : `${answer.status} ${codeOf(answer)}`
}

/** Returns the token of the user's n-th mail after the sign-up mail. */
async function recoveryToken({ email }: Person, nth = 2): Promise<string> {
  expect((await it.post('/auth/recover/begin', { email })).status).toBe(204)
  return tokenIn(await it.mails.mailTo(email, nth))
}

async function options(token: string) {
  const answer = await it.post<Begun<CreationOptions>>('/auth/recover/options', { magic_link_token: token })
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
  return answer.body
}

async function recover(token: string, { wrong, revoke }: { wrong?: Wrong; revoke?: string[] } = {}) {
  const begun = await options(token)
  const authenticator = new Authenticator(origin)
  const answer = await it.post<SignedIn>('/auth/recover/finalize', {
    ...{ magic_link_token: token, challenge_id: begun.challenge_id },
    ...{ attestation: authenticator.create(begun.options, wrong), revoke },
  })
  return { answer, authenticator }
}

function isIn(token: string): Promise<boolean> {
  return it.request(token, 'GET', '/api/v0/user').then(({ status }) => status === 200)
}

test('a recovery ends every session and CLI login, keeps keys and passkeys by default, and is announced by mail', async () => {
  const person = await it.newPerson()
  const key = await it.post<{ token: string }>('/user/api-tokens', { description: 'ci' }, person.token)
  const nonce = randomUUID()
  await it.post('/auth/cli/transfer', { nonce }, key.body.token)
  const token = await recoveryToken(person, 3) // the second one announced the key
  const begun = await options(token)
  expect(begun.options.user).toMatchObject({ id: person.authenticator.userHandle, name: person.email })
  expect(begun.options.excludeCredentials).toEqual([])
  const { answer, authenticator } = await recover(token)
  expect(answer.status).toBe(200)
  expect(answer.body.user).toEqual({ uuid: person.userId, email: person.email, name: 'Ada' })
  expect(await Promise.all([person.token, answer.body.token, key.body.token].map(isIn))).toEqual([false, true, true])
  expect(outcome(await it.post('/auth/cli/claim', { nonce }))).toBe('400 cli_code_invalid')
  expect((await it.login(authenticator)).status).toBe(200)
  expect((await it.login(person.authenticator)).status).toBe(200)
  const { parsed } = await it.mails.mailTo(person.email, 4)
  expect(parsed.subject).toBe('Your Harmont account was recovered')
  expect(parsed.text).toContain('Still active: 1 other passkey and 1 API key.')
  const audited = await it.audited('account.recovered')
  expect(audited.filter(({ actor_id }) => actor_id === person.userId)).toHaveLength(1)
})

test('a recovery removes other passkeys and keys on request', async () => {
  const person = await it.newPerson()
  const key = await it.post<{ token: string }>('/user/api-tokens', { description: 'ci' }, person.token)
  const { answer } = await recover(await recoveryToken(person, 3), { revoke: ['passkeys', 'api_tokens'] })
  expect(answer.status).toBe(200)
  expect(await isIn(key.body.token)).toBe(false)
  expect(outcome(await it.login(person.authenticator))).toBe('400 passkey_unknown_credential')
  expect((await it.mails.mailTo(person.email, 4)).parsed.text).toContain(
    'The account has no other passkey and no API key.',
  )
})

test('G33 a link that is opened 20 times works once', async () => {
  const token = await recoveryToken(await it.newPerson())
  const begun = await Promise.all(Array.from({ length: 20 }, () => options(token)))
  const answers = await Promise.all(
    begun.map(({ challenge_id, options }) => {
      const attestation = new Authenticator(origin).create(options)
      return it.post('/auth/recover/finalize', { magic_link_token: token, challenge_id, attestation })
    }),
  )
  expect(answers.map(outcome).sort()).toEqual([200, ...Array.from({ length: 19 }, () => '400 passkey_token_invalid')])
})

test('a used, an expired and an unknown link result in the same 400, and using a link removes older ones', async () => {
  const person = await it.newPerson()
  const older = await recoveryToken(person)
  const used = await recoveryToken(person, 3)
  await recover(used)
  const expired = await recoveryToken(await it.newPerson())
  await it.server.pool.query("update recovery_links set expires_at = now() - interval '1 second'")
  const answers = await Promise.all(
    [older, used, expired, 'x'.repeat(43)].map((token) =>
      it.post('/auth/recover/options', { magic_link_token: token }),
    ),
  )
  expect(new Set(answers.map(outcome))).toEqual(new Set(['400 passkey_token_invalid']))
})

test('a link allows five failed attempts', async () => {
  const [ada, bob] = await Promise.all([it.newPerson(), it.newPerson()])
  const wrongs: readonly (readonly [Wrong, string])[] = [
    [{ origin: 'https://evil.example' }, '400 passkey_registration_failed'],
    [{ challenge: 'A'.repeat(43) }, '400 passkey_challenge_invalid'],
    [{ isUnverified: true }, '400 passkey_user_verification_required'],
    [{ credentialId: bob.authenticator.credentialId }, '400 passkey_registration_failed'],
  ]
  const token = await recoveryToken(ada)
  for (const [wrong, expected] of wrongs) expect(outcome((await recover(token, { wrong })).answer)).toBe(expected)
  expect(await isIn(ada.token)).toBe(true)
  expect((await recover(token)).answer.status).toBe(200)

  const tired = await recoveryToken(bob)
  const begun = await options(tired)
  for (let n = 0; n < 5; n += 1) await recover(tired, { wrong: { isAbsent: true } })
  const attestation = new Authenticator(origin).create(begun.options)
  const sixth = { magic_link_token: tired, challenge_id: begun.challenge_id, attestation }
  expect(outcome(await it.post('/auth/recover/finalize', sixth))).toBe('400 passkey_token_invalid')
})

test("a link cannot be used with another link's challenge", async () => {
  const [ada, eve] = await Promise.all([it.newPerson(), it.newPerson()])
  const [adas, eves] = [await recoveryToken(ada), await recoveryToken(eve)]
  const begun = await options(eves)
  const attestation = new Authenticator(origin).create(begun.options)
  const mixed = { magic_link_token: adas, challenge_id: begun.challenge_id, attestation }
  expect(outcome(await it.post('/auth/recover/finalize', mixed))).toBe('400 passkey_challenge_invalid')
})

test('every address gets the same response, but only addresses with an account get a mail', async () => {
  const { email } = await it.newPerson()
  const stranger = `${randomUUID()}@example.com`
  for (const each of [stranger, 'no address', 'a@b.c\r\nBcc: x@y.z', email])
    expect((await it.post('/auth/recover/begin', { email: each })).status).toBe(204)
  const mail = await it.mails.mailTo(email, 2)
  expect(mail.parsed.subject).toBe('Recover your Harmont account')
  expect(mail.parsed.text).toMatch(
    /Requested on .* UTC from the address (127\.0\.0\.1|::ffff:127\.0\.0\.1|::1) with node\./,
  )
  expect(it.mails.mails.flatMap(({ recipients }) => recipients)).not.toContain(stranger)
})

test('G32 a recovery link is stored as a hash', async () => {
  const token = await recoveryToken(await it.newPerson())
  const { rows } = await it.server.pool.query('select * from recovery_links')
  expect(rows.length).toBeGreaterThan(0)
  expect(JSON.stringify(rows)).not.toContain(token)
})
