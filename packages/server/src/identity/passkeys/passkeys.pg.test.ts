import { randomBytes, randomUUID } from 'node:crypto'
import { linksIn, tokenIn } from '@harmont/outside/mail-server'
import { describe, expect, test } from 'vitest'
import { Authenticator, type Wrong } from '../../testing/authenticator.ts'
import { codeOf } from '../../testing/server.ts'
import { sweepSignIn } from '../tasks.ts'
import { origin, type Person, type SignedIn, signInServer } from './passkeys.test-support.ts'

const it = signInServer()
const absent = '00000000-0000-4000-8000-000000000000'

let made: Promise<Person> | undefined
/** A user for tests that do not change them. */
const somebody = () => {
  made ??= it.newPerson()
  return made
}

async function finalizeSignup(token: string, wrong?: Wrong, authenticator = new Authenticator(origin)) {
  const { challenge_id, options } = await it.signupOptions(token)
  const attestation = authenticator.create(options, wrong)
  return it.post<SignedIn>('/auth/passkey/signup/finalize', { challenge_id, verification_token: token, attestation })
}

function outcome(answer: { status: number; body: unknown; headers: Headers }) {
  return answer.status < 400 ? answer.status : `${answer.status} ${codeOf(answer)}`
}

describe('sign-up', () => {
  test('by mail creates an account with a personal organization, a passkey and a session', async () => {
    const email = `${randomUUID()}@Example.com`
    const token = await it.verificationToken(email.toLowerCase())
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    const made = await finalizeSignup(token)
    expect(made.status).toBe(200)
    expect(made.body.user).toEqual({ uuid: expect.any(String), email: email.toLowerCase(), name: 'Ada' })
    const me = await it.request(made.body.token, 'GET', '/api/v0/user')
    expect(me.body).toMatchObject({
      email: email.toLowerCase(),
      personal_org_slug: email.toLowerCase().replace(/[@.]/g, '-'),
    })
    const listed = await it.request(made.body.token, 'GET', '/api/v0/user/passkeys')
    expect(listed.body.passkeys).toEqual([
      {
        uuid: expect.any(String),
        nickname: 'Passkey',
        aaguid: null,
        created_at: expect.any(String),
        last_used_at: null,
      },
    ])
    expect((await it.audited('account.created')).map((row) => row.actor_email)).toContain(email.toLowerCase())
  })

  test('sends the options of http.md 3.6 as bare JSON', async () => {
    const email = `${randomUUID()}@example.com`
    const { options } = await it.signupOptions(await it.verificationToken(email))
    expect(options).toMatchObject({
      rp: { name: 'Harmont', id: 'ci.example.com' },
      user: { id: expect.stringMatching(/^[\w-]{43}$/), name: email, displayName: 'Ada' },
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      pubKeyCredParams: [-7, -257, -8].map((alg) => ({ alg, type: 'public-key' })),
      timeout: 300_000,
      attestation: 'none',
      excludeCredentials: [],
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    })
  })

  test('G33 a link that is opened 20 times works once', async () => {
    const token = await it.verificationToken(`${randomUUID()}@example.com`)
    const begun = await Promise.all(Array.from({ length: 20 }, () => it.signupOptions(token)))
    const answers = await Promise.all(
      begun.map(({ challenge_id, options }) => {
        const attestation = new Authenticator(origin).create(options)
        return it.post('/auth/passkey/signup/finalize', { challenge_id, verification_token: token, attestation })
      }),
    )
    const outcomes = answers.map(outcome).sort()
    expect(outcomes).toEqual([200, ...Array.from({ length: 19 }, () => '400 passkey_token_invalid')])
  })

  test('G33 a challenge that is answered 10 times concurrently works once', async () => {
    const token = await it.verificationToken(`${randomUUID()}@example.com`)
    const { challenge_id, options } = await it.signupOptions(token)
    const body = { challenge_id, verification_token: token, attestation: new Authenticator(origin).create(options) }
    const answers = await Promise.all(Array.from({ length: 10 }, () => it.post('/auth/passkey/signup/finalize', body)))
    expect(answers.map(outcome).sort()).toEqual([
      200,
      ...Array.from({ length: 9 }, () => '400 passkey_challenge_invalid'),
    ])
  })

  test('a failed attestation consumes the challenge, not the link', async () => {
    const token = await it.verificationToken(`${randomUUID()}@example.com`)
    expect(outcome(await finalizeSignup(token, { origin: 'https://evil.example' }))).toBe(
      '400 passkey_registration_failed',
    )
    expect(outcome(await finalizeSignup(token))).toBe(200)
    const used = await it.post('/auth/passkey/signup/options', { verification_token: token })
    expect(outcome(used)).toBe('400 passkey_token_invalid')
  })

  test('an address that has an account gets a notice without a token, and the same response', async () => {
    const { email } = await it.newPerson()
    expect((await it.post('/auth/passkey/signup/begin', { email, name: 'Eve' })).status).toBe(204)
    const mail = await it.mails.mailTo(email, 2)
    expect(mail.parsed.subject).toBe('You already have a Harmont account')
    expect(linksIn(mail)).toEqual([`${origin}/login`])
  })

  test('an address that got an account after the mail was sent is refused', async () => {
    const email = `${randomUUID()}@example.com`
    const first = await it.verificationToken(email)
    await it.post('/auth/passkey/signup/begin', { email, name: 'Ada' })
    const second = tokenIn(await it.mails.mailTo(email, 2))
    expect(outcome(await finalizeSignup(first))).toBe(200)
    expect(outcome(await finalizeSignup(second))).toBe('409 passkey_signup_email_taken')
  })

  test('an expired link or challenge is refused, and the sweep removes it', async () => {
    const { pool } = it.server
    const token = await it.verificationToken(`${randomUUID()}@example.com`)
    const { challenge_id, options } = await it.signupOptions(token)
    await pool.query("update passkey_challenges set expires_at = now() - interval '1 second' where id = $1", [
      challenge_id,
    ])
    const attestation = new Authenticator(origin).create(options)
    const late = await it.post('/auth/passkey/signup/finalize', {
      challenge_id,
      verification_token: token,
      attestation,
    })
    expect(outcome(late)).toBe('400 passkey_challenge_invalid')
    await it.signupOptions(token)
    await pool.query("update passkey_challenges set expires_at = now() - interval '1 second'")
    await pool.query("update signup_verifications set expires_at = now() - interval '1 second'")
    const answer = await it.post('/auth/passkey/signup/options', { verification_token: token })
    expect(outcome(answer)).toBe('400 passkey_token_invalid')
    await sweepSignIn(pool)
    const { rows } = await pool.query(
      'select (select count(*) from passkey_challenges)::int as challenges, (select count(*) from signup_verifications)::int as links',
    )
    expect(rows).toEqual([{ challenges: 0, links: 0 }])
  })

  test.for([
    ['no address', { email: 'ada', name: 'Ada' }, 'email'],
    ['two addresses', { email: 'a@example.com, b@example.com', name: 'Ada' }, 'email'],
    ['a header in the address', { email: 'a@example.com\r\nBcc: b@example.com', name: 'Ada' }, 'email'],
    ['a blank name', { email: 'a@example.com', name: ' ' }, 'name'],
    ['a long name', { email: 'a@example.com', name: 'x'.repeat(256) }, 'name'],
    ['a name of two lines', { email: 'a@example.com', name: 'a\nb' }, 'name'],
  ] as const)('%s is refused', async ([, body, field]) => {
    const answer = await it.post<{ error: { errors: { field: string }[] } }>('/auth/passkey/signup/begin', body)
    expect(outcome(answer)).toBe('422 request_invalid')
    expect(answer.body.error.errors.map((each) => each.field)).toEqual([field])
  })

  test('G32 neither link nor token is stored in clear', async () => {
    const email = `${randomUUID()}@example.com`
    const token = await it.verificationToken(email)
    const { rows } = await it.server.pool.query('select row_to_json(v) as row from signup_verifications v')
    expect(JSON.stringify(rows)).toContain(email)
    expect(JSON.stringify(rows)).not.toContain(token)
  })
})

describe('an attestation', () => {
  test.for([-7, -257, -8] as const)(
    'with a key of algorithm %i is accepted, and its passkey signs in',
    async (algorithm) => {
      const person = await it.newPerson(new Authenticator(origin, { algorithm }))
      const answer = await it.login(person.authenticator)
      expect([answer.status, (await it.request(answer.body.token, 'GET', '/api/v0/user')).body.email]).toEqual([
        200,
        person.email,
      ])
    },
  )

  const wrongs: readonly (readonly [string, Wrong, string])[] = [
    ['of another origin', { origin: 'https://evil.example' }, 'passkey_registration_failed'],
    ['of the origin under http', { origin: 'http://ci.example.com' }, 'passkey_registration_failed'],
    ['for another relying party', { rpId: 'evil.example' }, 'passkey_registration_failed'],
    ['of another kind', { type: 'webauthn.get' }, 'passkey_registration_failed'],
    ['without its user', { isAbsent: true }, 'passkey_registration_failed'],
    ['in a frame of another page', { crossOrigin: true }, 'passkey_registration_failed'],
    ['with certificates that nobody asked for', { format: 'packed with certificate' }, 'passkey_registration_failed'],
    ['of an old kind', { format: 'fido-u2f' }, 'passkey_registration_failed'],
    ['with a wrong signature', { format: 'packed', signature: randomBytes(70) }, 'passkey_registration_failed'],
    ['with too long an id', { credentialId: randomBytes(1024) }, 'passkey_registration_failed'],
    ['that answers another challenge', { challenge: 'A'.repeat(43) }, 'passkey_challenge_invalid'],
    ['of a user who was not verified', { isUnverified: true }, 'passkey_user_verification_required'],
  ]
  test.for(wrongs)('%s is refused', async ([, wrong, code]) => {
    const { token } = await somebody()
    const { challenge_id, options } = await it.registerOptions(token)
    const attestation = new Authenticator(origin).create(options, wrong)
    const answer = await it.post('/auth/passkey/register/finalize', { challenge_id, attestation }, token)
    expect(outcome(answer)).toBe(`400 ${code}`)
  })

  test('that is self-signed is accepted; one with an algorithm that was not offered is refused', async () => {
    const { token } = await somebody()
    const finish = async (authenticator: Authenticator, wrong: Wrong) => {
      const { challenge_id, options } = await it.registerOptions(token)
      const attestation = authenticator.create(options, wrong)
      return outcome(await it.post('/auth/passkey/register/finalize', { challenge_id, attestation }, token))
    }
    expect(await finish(new Authenticator(origin), { format: 'packed' })).toBe(200)
    expect(await finish(new Authenticator(origin, { algorithm: -37 }), {})).toBe('400 passkey_registration_failed')
  })

  const broken: readonly (readonly [string, unknown])[] = [
    ['nothing', {}],
    ['a response that is no object', { id: 'a', rawId: 'a', type: 'public-key', response: 7 }],
    ['numbers', { id: 1, rawId: 1, type: 1, response: { clientDataJSON: 1, attestationObject: 1 } }],
    [
      'no CBOR',
      { id: 'a', rawId: 'a', type: 'public-key', response: { clientDataJSON: 'e30', attestationObject: '____' } },
    ],
    [
      'CBOR nested 200,000 times',
      {
        ...{ id: 'a', rawId: 'a', type: 'public-key' },
        response: { clientDataJSON: 'e30', attestationObject: Buffer.alloc(200_000, 0x81).toString('base64url') },
      },
    ],
    ['transports that are no list', { id: 'a', response: { transports: 'usb', attestationObject: 'oA' } }],
  ]
  test.for(broken)('made of %s is refused', async ([, attestation]) => {
    const { token } = await somebody()
    const { challenge_id } = await it.registerOptions(token)
    const answer = await it.post('/auth/passkey/register/finalize', { challenge_id, attestation }, token)
    expect(outcome(answer)).toBe('400 passkey_registration_failed')
  })
})

describe('sign-in', () => {
  test('offers no list of passkeys and requires user verification', async () => {
    const { options } = await it.loginOptions()
    expect(options).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      rpId: 'ci.example.com',
      allowCredentials: [],
      timeout: 300_000,
      userVerification: 'required',
    })
    const withBody = await it.post('/auth/passkey/login/options', {})
    expect(withBody.status).toBe(200)
  })

  test('starts a new session each time and records the use', async () => {
    const { authenticator } = await it.newPerson()
    const [first, second] = [await it.login(authenticator), await it.login(authenticator)]
    expect(first.body.token).not.toBe(second.body.token)
    const { body } = await it.request<{ passkeys: { last_used_at: string }[] }>(
      second.body.token,
      'GET',
      '/api/v0/user/passkeys',
    )
    expect(body.passkeys[0]?.last_used_at).toMatch(/Z$/)
  })

  test('in cookie mode sets an HttpOnly cookie, and only for pages of this server', async () => {
    const { authenticator } = await it.newPerson()
    const sign = async (headers: Record<string, string>) => {
      const { challenge_id, options } = await it.loginOptions()
      const body = { challenge_id, assertion: authenticator.get(options) }
      return it.request(null, 'POST', '/api/v0/auth/passkey/login/finalize', body, headers)
    }
    const answer = await sign({ 'x-harmont-session': 'cookie', origin })
    expect([answer.status, answer.body]).toEqual([200, { token: '' }])
    const cookies = answer.headers.getSetCookie()
    expect(cookies[0]).toMatch(/^__Host-harmont_session=[\w-]{43}; .*HttpOnly/)
    const cookie = cookies.map((each) => each.split(';')[0]).join('; ')
    expect((await it.request(null, 'GET', '/api/v0/user', undefined, { cookie })).status).toBe(200)
    expect(outcome(await sign({ 'x-harmont-session': 'cookie', origin: 'https://evil.example' }))).toBe(
      '403 csrf_failed',
    )
    expect(outcome(await sign({ 'x-harmont-session': 'cookie' }))).toBe('403 csrf_failed')
  })

  const wrongs: readonly (readonly [string, Wrong, string])[] = [
    ['of another origin', { origin: 'https://evil.example' }, 'passkey_assertion_failed'],
    ['for another relying party', { rpId: 'evil.example' }, 'passkey_assertion_failed'],
    ['of another kind', { type: 'webauthn.create' }, 'passkey_assertion_failed'],
    ['with a wrong signature', { signature: randomBytes(70) }, 'passkey_assertion_failed'],
    ['in a frame of another page', { crossOrigin: true }, 'passkey_assertion_failed'],
    [
      "with another account's handle",
      { userHandle: randomBytes(32).toString('base64url') },
      'passkey_assertion_failed',
    ],
    ['without its user', { isAbsent: true }, 'passkey_assertion_failed'],
    ['of a user who was not verified', { isUnverified: true }, 'passkey_user_verification_required'],
    ['that answers another challenge', { challenge: 'A'.repeat(43) }, 'passkey_challenge_invalid'],
    ['of a passkey that nobody has', { credentialId: randomBytes(32) }, 'passkey_unknown_credential'],
  ]
  test.for(wrongs)('%s is refused', async ([, wrong, code]) => {
    const { authenticator } = await somebody()
    expect(outcome(await it.login(authenticator, wrong))).toBe(`400 ${code}`)
    expect((await it.login(authenticator)).status).toBe(200)
  })

  test.for([[{}], [{ id: 7 }], [{ id: '_' }]] as const)('with %j for an assertion is refused', async ([assertion]) => {
    const { challenge_id } = await it.loginOptions()
    const answer = await it.post('/auth/passkey/login/finalize', { challenge_id, assertion })
    expect(outcome(answer)).toBe('400 passkey_unknown_credential')
  })

  test('with only the id of a known passkey is refused', async () => {
    const { authenticator } = await it.newPerson()
    const { challenge_id } = await it.loginOptions()
    const assertion = { id: authenticator.credentialId.toString('base64url') }
    const answer = await it.post('/auth/passkey/login/finalize', { challenge_id, assertion })
    expect(outcome(answer)).toBe('400 passkey_assertion_failed')
  })

  test('works without a user handle, which some authenticators do not send', async () => {
    const { authenticator } = await it.newPerson()
    expect((await it.login(authenticator, { userHandle: null })).status).toBe(200)
  })

  test('G33 a challenge that is answered 10 times concurrently works once', async () => {
    const { authenticator } = await it.newPerson()
    const { challenge_id, options } = await it.loginOptions()
    const body = { challenge_id, assertion: authenticator.get(options) }
    const answers = await Promise.all(Array.from({ length: 10 }, () => it.post('/auth/passkey/login/finalize', body)))
    expect(answers.map(outcome).sort()).toEqual([
      200,
      ...Array.from({ length: 9 }, () => '400 passkey_challenge_invalid'),
    ])
  })

  test('G33 a challenge works only for its purpose, user and token, and a wrong use consumes it', async () => {
    const [ada, bob] = [await it.newPerson(), await it.newPerson()]
    const forLogin = await it.loginOptions()
    const forAda = await it.registerOptions(ada.token)
    const tokens = [
      await it.verificationToken(`${randomUUID()}@example.com`),
      await it.verificationToken(`${randomUUID()}@example.com`),
    ] as const
    const forFirst = await it.signupOptions(tokens[0])
    const device = new Authenticator(origin)
    const register = (challenge_id: string, attestation: unknown, token: string) =>
      it.post('/auth/passkey/register/finalize', { challenge_id, attestation }, token)
    const invalid = '400 passkey_challenge_invalid'
    expect(outcome(await register(forAda.challenge_id, device.create(forAda.options), bob.token))).toBe(invalid)
    expect(outcome(await register(forAda.challenge_id, device.create(forAda.options), ada.token))).toBe(invalid)
    expect(outcome(await register(forLogin.challenge_id, device.create(forAda.options), ada.token))).toBe(invalid)
    const second = { challenge_id: forFirst.challenge_id, verification_token: tokens[1] }
    const attestation = device.create(forFirst.options)
    expect(outcome(await it.post('/auth/passkey/signup/finalize', { ...second, attestation }))).toBe(invalid)
    const login = { challenge_id: (await it.registerOptions(ada.token)).challenge_id }
    const assertion = ada.authenticator.get(forLogin.options)
    expect(outcome(await it.post('/auth/passkey/login/finalize', { ...login, assertion }))).toBe(invalid)
    expect(outcome(await it.post('/auth/passkey/login/finalize', { challenge_id: absent, assertion }))).toBe(invalid)
  })

  test('a counter that goes backwards locks the passkey and notifies its owner once, even when sent five times concurrently', async () => {
    const person = await it.newPerson(new Authenticator(origin, { counts: true }))
    expect((await it.login(person.authenticator)).status).toBe(200)
    const answers = await Promise.all(Array.from({ length: 5 }, () => it.login(person.authenticator, { counter: 2 })))
    expect(new Set(answers.map(outcome))).toEqual(new Set(['400 passkey_assertion_failed']))
    expect((await it.mails.mailTo(person.email, 2)).parsed.subject).toBe('A passkey of your Harmont account was locked')
    expect(outcome(await it.login(person.authenticator))).toBe('400 passkey_assertion_failed')
    const { rows } = await it.server.pool.query("select subject from audit_events where action = 'passkey.locked'")
    expect(rows).toHaveLength(1)
    const subjects = it.mails.mails.filter(({ recipients }) => recipients.includes(person.email))
    expect(subjects).toHaveLength(2)
  })

  test('of two concurrent ones with the same counter one succeeds', async () => {
    const person = await it.newPerson(new Authenticator(origin, { counts: true }))
    const answers = await Promise.all(Array.from({ length: 2 }, () => it.login(person.authenticator, { counter: 7 })))
    expect(answers.map(outcome).sort()).toEqual([200, '400 passkey_assertion_failed'])
  })
})

describe('own passkeys', () => {
  test('a second one excludes the first, signs in to the same account, and is announced by mail', async () => {
    const person = await it.newPerson()
    const { challenge_id, options } = await it.registerOptions(person.token)
    const first = { id: person.authenticator.credentialId.toString('base64url'), type: 'public-key' }
    expect(options.excludeCredentials).toEqual([{ ...first, transports: ['hybrid', 'internal'] }])
    expect(options.user.id).toBe(person.authenticator.userHandle)
    const device = new Authenticator(origin)
    const body = { challenge_id, attestation: device.create(options), nickname: ' Laptop ' }
    const added = await it.post('/auth/passkey/register/finalize', body, person.token)
    expect([added.status, added.body.nickname]).toEqual([200, 'Laptop'])
    const answer = await it.login(device)
    expect((await it.request(answer.body.token, 'GET', '/api/v0/user')).body.email).toBe(person.email)
    const mail = await it.mails.mailTo(person.email, 2)
    expect(mail.parsed.subject).toBe('A passkey was added to your Harmont account')
    expect(mail.parsed.text).toContain('"Laptop"')
    const { body: listed } = await it.request<{ passkeys: { nickname: string }[] }>(
      person.token,
      'GET',
      '/api/v0/user/passkeys',
    )
    expect(listed.passkeys.map(({ nickname }) => nickname)).toEqual(['Laptop', 'Passkey'])
  })

  test('one that is already registered, for any user, is refused', async () => {
    const [ada, bob] = [await it.newPerson(), await it.newPerson()]
    expect(outcome(await it.addPasskey(bob.token, ada.authenticator))).toBe('409 passkey_already_registered')
    expect(outcome(await it.addPasskey(ada.token, ada.authenticator))).toBe('409 passkey_already_registered')
    const token = await it.verificationToken(`${randomUUID()}@example.com`)
    expect(outcome(await finalizeSignup(token, {}, ada.authenticator))).toBe('400 passkey_registration_failed')
  })

  test('a user has 20 at most, even when many are added concurrently', async () => {
    const { token } = await it.newPerson()
    const begun = await Promise.all(Array.from({ length: 22 }, () => it.registerOptions(token)))
    const answers = await Promise.all(
      begun.map(({ challenge_id, options }) => {
        const attestation = new Authenticator(origin).create(options)
        return it.post('/auth/passkey/register/finalize', { challenge_id, attestation }, token)
      }),
    )
    expect(answers.map(outcome).sort()).toEqual([
      ...Array.from({ length: 19 }, () => 200),
      ...Array.from({ length: 3 }, () => '409 passkey_limit_reached'),
    ])
    expect(outcome(await it.post('/auth/passkey/register/options', undefined, token))).toBe('409 passkey_limit_reached')
  })

  test('deleting one ends its sessions; the last one stays, even when both are deleted concurrently', async () => {
    const person = await it.newPerson()
    const device = new Authenticator(origin)
    const { uuid } = (await it.addPasskey(person.token, device)).body
    const { token } = (await it.login(device)).body
    const remove = (id: string) => it.request(person.token, 'DELETE', `/api/v0/user/passkeys/${id}`)
    expect((await remove(uuid)).status).toBe(204)
    expect(outcome(await it.request(token, 'GET', '/api/v0/user'))).toBe('401 unauthorized')
    expect(outcome(await it.login(device))).toBe('400 passkey_unknown_credential')
    expect(outcome(await remove(uuid))).toBe('404 passkey_not_found')

    await it.addPasskey(person.token)
    const { body } = await it.request<{ passkeys: { uuid: string }[] }>(person.token, 'GET', '/api/v0/user/passkeys')
    // Uses a key, because the session of a deleted passkey ends.
    const key = await it.post<{ token: string }>('/user/api-tokens', { description: 'x' }, person.token)
    const answers = await Promise.all(
      body.passkeys.map((each) => it.request(key.body.token, 'DELETE', `/api/v0/user/passkeys/${each.uuid}`)),
    )
    expect(answers.map(outcome).sort()).toEqual([204, '409 passkey_last_credential'])
  })

  test('G30 neither a key nor a session that a key created adds one: a passkey would exceed the key', async () => {
    const { token } = await it.newPerson()
    const key = (await it.post<{ token: string }>('/user/api-tokens', { description: 'x' }, token)).body.token
    const { code } = (await it.post<{ code: string }>('/auth/cli/code', undefined, key)).body
    const session = (await it.post<{ token: string }>('/auth/cli/redeem', { code })).body.token
    const begun = await it.registerOptions(token)
    const attestation = new Authenticator(origin).create(begun.options)
    const finish = { challenge_id: begun.challenge_id, attestation }
    for (const credential of [key, session]) {
      expect(outcome(await it.post('/auth/passkey/register/options', undefined, credential))).toBe(
        '403 insufficient_scope',
      )
      expect(outcome(await it.post('/auth/passkey/register/finalize', finish, credential))).toBe(
        '403 insufficient_scope',
      )
    }
    expect(outcome(await it.post('/auth/passkey/register/finalize', finish, token))).toBe(200)
  })

  test('the last passkey can be deleted when a linked account remains; a locked one does not count', async () => {
    const person = await it.newPerson(new Authenticator(origin, { counts: true }))
    const { uuid } = (await it.addPasskey(person.token)).body
    await it.login(person.authenticator, { counter: 0 })
    const remove = () => it.request(person.token, 'DELETE', `/api/v0/user/passkeys/${uuid}`)
    expect(outcome(await remove())).toBe('409 passkey_last_credential')
    await it.server.pool.query(
      "insert into identities (id, user_id, provider, subject) values ($1, $2, 'github', $3)",
      [randomUUID(), person.userId, randomUUID()],
    )
    expect(outcome(await remove())).toBe(204)
  })

  test('G31 a foreign, an absent and a malformed passkey result in the same 404', async () => {
    const [ada, bob] = [await it.newPerson(), await it.newPerson()]
    const { uuid } = (await it.addPasskey(ada.token)).body
    const tell = async (method: string, id: string) => {
      const body = method === 'PATCH' ? { nickname: 'x' } : undefined
      const answer = await it.request(bob.token, method, `/api/v0/user/passkeys/${id}`, body)
      const { request_id, ...error } = answer.body.error as Record<string, unknown>
      return [answer.status, error]
    }
    for (const method of ['PATCH', 'DELETE']) {
      const told = await Promise.all([uuid, absent, 'not-an-id'].map((id) => tell(method, id)))
      expect(told[0]).toMatchObject([404, { code: 'passkey_not_found' }])
      expect([told[1], told[2]]).toEqual([told[0], told[0]])
    }
  })

  test('one can be renamed; an invalid name is refused', async () => {
    const { token } = await it.newPerson()
    const { uuid } = (await it.addPasskey(token)).body
    const rename = (nickname: string | null) =>
      it.request(token, 'PATCH', `/api/v0/user/passkeys/${uuid}`, { nickname })
    expect((await rename(' Phone ')).body.nickname).toBe('Phone')
    expect((await rename(null)).body.nickname).toBe('Passkey')
    expect(outcome(await rename('x'.repeat(256)))).toBe('422 request_invalid')
    expect(outcome(await rename('a\nb'))).toBe('422 request_invalid')
    const v1 = await it.request<{ passkeys: Record<string, unknown>[] }>(token, 'GET', '/api/v1/user/passkeys')
    expect(v1.body.passkeys[0]).toMatchObject({ uuid, id: uuid })
  })
})
