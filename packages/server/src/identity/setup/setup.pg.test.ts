import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { FEATURES } from '@harmont/ir'
import { reservePort } from '@harmont/test-kit/port'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Authenticator, type CreationOptions } from '../../testing/authenticator.ts'
import { migratedDatabase } from '../../testing/database.ts'
import { codeOf, testServer } from '../../testing/server.ts'
import { runMain, startMain, stopMain } from '../../testing/server-process.ts'
import { type Begun, origin, type SignedIn, signInServer } from '../passkeys/passkeys.test-support.ts'
import { makeSetupLink } from './setup-link.ts'

function outcome(answer: Parameters<typeof codeOf>[0]) {
  return answer.status < 400 ? answer.status : `${answer.status} ${codeOf(answer)}`
}
const tokenOf = (link: string | null) => new URL(link ?? '').searchParams.get('token') ?? ''
const person = { name: 'Ada', organization_name: 'Acme' }

describe('an empty server', () => {
  const it = signInServer({ HARMONT_BOOTSTRAP_TOKEN: '', HARMONT_SIGNUP_CAP: '0' })
  const config = async () => (await it.request(null, 'GET', '/api/v0/auth/config')).body

  async function attest(setup_token: string, email: string) {
    const begun = await it.post<Begun<CreationOptions>>('/setup/options', { setup_token, email, name: 'Ada' })
    if (begun.status !== 200) throw new Error(JSON.stringify(begun.body))
    const { challenge_id, options } = begun.body
    return { options, authenticator: new Authenticator(origin), challenge_id }
  }
  async function complete(setup_token: string, email = `${randomUUID()}@example.com`) {
    const { challenge_id, options, authenticator } = await attest(setup_token, email)
    const body = { setup_token, email, ...person, challenge_id, attestation: authenticator.create(options) }
    return { answer: await it.post<SignedIn>('/setup/complete', body), authenticator, email }
  }

  test('reports that it needs a setup, and refuses sign-ups', async () => {
    expect(await config()).toEqual({
      providers: [],
      passkeys: true,
      signup: false,
      mail: true,
      github_app_slug: null,
      bitbucket: false,
      billing: false,
      payments: false,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      docs_url: `${origin}/docs`,
      needs_setup: true,
      mailbox: false,
      cli_install: null,
      features: FEATURES,
    })
    const body = { email: 'a@example.com', name: 'Ada' }
    expect(outcome(await it.post('/auth/passkey/signup/begin', body))).toBe('503 signup_cap_reached')
  })

  test('opening the link, a wrong form and a wrong passkey leave it valid', async () => {
    const setup_token = tokenOf(it.server.setupLink)
    for (let n = 0; n < 2; n += 1)
      expect((await it.post('/setup/inspect', { setup_token })).body).toEqual({ kind: 'new', email: null })
    const wish = { setup_token, email: 'ada@example.com', ...person }
    expect(outcome(await it.post('/setup/options', { ...wish, email: 'ada' }))).toBe('422 request_invalid')
    expect(outcome(await it.post('/setup/complete', { setup_token }))).toBe('422 request_invalid')
    expect(outcome(await it.post('/setup/complete', wish))).toBe('422 request_invalid')
    const nameless = { ...wish, organization_name: '日本' }
    expect(outcome(await it.post('/setup/complete', nameless))).toBe('422 organization_invalid')
    const { challenge_id, options, authenticator } = await attest(setup_token, wish.email)
    const attestation = authenticator.create(options, { isUnverified: true })
    const unverified = await it.post('/setup/complete', { ...wish, challenge_id, attestation })
    expect(outcome(unverified)).toBe('400 passkey_user_verification_required')
    expect(outcome(await it.post('/setup/inspect', { setup_token: 'x'.repeat(43) }))).toBe('400 passkey_token_invalid')
  })

  test('G33 opening two links 20 times creates one administrator, who owns an organization and has a passkey', async () => {
    const { pool } = it.server
    const links = [it.server.setupLink, await makeSetupLink(pool, origin, null)].map(tokenOf)
    const tries = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => complete(links[n % 2] ?? '')))
    const answers = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    const made = answers.filter(({ answer }) => answer.status === 200)
    expect(made).toHaveLength(1)
    expect(new Set(answers.map(({ answer }) => outcome(answer)))).toEqual(new Set([200, '400 passkey_token_invalid']))
    const [first] = made
    if (first === undefined) throw new Error('nobody was made')
    expect((await it.login(first.authenticator)).status).toBe(200)
    const { body } = await it.request<{ data: { slug: string }[] }>(
      first.answer.body.token,
      'GET',
      '/api/v0/organizations',
    )
    expect(body.data).toHaveLength(2)
    expect(body.data).toContainEqual(expect.objectContaining({ slug: 'acme', name: 'Acme' }))
    expect((await pool.query('select count(*)::int as count from users')).rows).toEqual([{ count: 1 }])
    expect(await config()).toMatchObject({ needs_setup: false, signup: false })
  })

  test('after the setup a left-over link for the first administrator is refused', async () => {
    const { pool } = it.server
    await pool.query(
      "insert into setup_links (token_hash, expires_at) values (encode(sha256('left'), 'hex'), now() + interval '1 day')",
    )
    expect(outcome(await it.post('/setup/inspect', { setup_token: 'left' }))).toBe('400 passkey_token_invalid')
  })

  test("an existing administrator's link signs them in and may add a passkey, which is announced by mail", async () => {
    const { pool } = it.server
    const { rows } = await pool.query<{ id: string; email: string }>('select id, email from users')
    const [admin] = rows
    if (admin === undefined) throw new Error('nobody is there')
    const setup_token = tokenOf(await makeSetupLink(pool, origin, null))
    expect((await it.post('/setup/inspect', { setup_token })).body).toEqual({ kind: 'existing', email: admin.email })
    const { options, challenge_id, authenticator } = await attest(setup_token, '')
    expect(options.user.name).toBe(admin.email)
    expect(options.excludeCredentials).toHaveLength(1)
    const body = { setup_token, challenge_id, attestation: authenticator.create(options) }
    const answer = await it.post<SignedIn>('/setup/complete', body)
    expect([answer.status, answer.body.user.uuid]).toEqual([200, admin.id])
    expect((await it.mails.mailTo(admin.email)).parsed.subject).toBe('A passkey was added to your Harmont account')
    expect(outcome(await it.post('/setup/complete', body))).toBe('400 passkey_token_invalid')
    const bare = tokenOf(await makeSetupLink(pool, origin, admin.id))
    expect((await it.post('/setup/complete', { setup_token: bare })).status).toBe(200)
    expect((await it.audited('setup.completed')).map(({ details }) => details)).toEqual([
      { kind: 'new' },
      { kind: 'existing' },
      { kind: 'existing' },
    ])
  })

  test('G32 a link is stored as a hash and expires after a day', async () => {
    const { pool } = it.server
    const setup_token = tokenOf(await makeSetupLink(pool, origin, null))
    const { rows } = await pool.query('select * from setup_links')
    expect(JSON.stringify(rows)).not.toContain(setup_token)
    await pool.query("update setup_links set expires_at = now() - interval '1 second'")
    expect(outcome(await it.post('/setup/complete', { setup_token }))).toBe('400 passkey_token_invalid')
  })
})

describe('a server at an IP address, without a mail server', () => {
  const it = testServer({
    HARMONT_PUBLIC_URL: 'http://192.0.2.7:4000',
    HARMONT_RATE_LIMITS: 'off',
    HARMONT_BOOTSTRAP_TOKEN: '',
  })
  const post = (path: string, body: unknown) => it.request(null, 'POST', `/api/v0${path}`, body)

  test('reports that it has neither passkeys nor mail', async () => {
    const { body } = await it.request(null, 'GET', '/api/v0/auth/config')
    expect(body).toMatchObject({ passkeys: false, mail: false, mailbox: false })
    const answer = await post('/auth/passkey/signup/begin', { email: 'a@example.com', name: 'Ada' })
    expect(outcome(answer)).toBe('500 email_unconfigured')
    expect((await post('/auth/recover/begin', { email: 'a@example.com' })).status).toBe(204)
  })

  test('is set up without a passkey, and a further link signs in again', async () => {
    const setup_token = tokenOf(it.server.setupLink)
    const made = await post('/setup/complete', { setup_token, email: 'ada@example.com', name: 'Ada' })
    expect([made.status, made.body.token]).toEqual([200, expect.stringMatching(/^[\w-]{43}$/)])
    const again = tokenOf(await makeSetupLink(it.server.pool, 'http://192.0.2.7:4000', null))
    expect((await post('/setup/inspect', { setup_token: again })).body).toEqual({
      kind: 'existing',
      email: 'ada@example.com',
    })
  })
})

test('the program prints a link at each start while no owner can sign in, and `setup-link` prints one in between', async () => {
  const directory = await mkdtemp('/var/tmp/harmont-setup-')
  onTestFinished(() => rm(directory, { recursive: true }))
  const env = {
    HARMONT_DATA_DIR: directory,
    HARMONT_DATABASE_URL: (await migratedDatabase()).url,
    HARMONT_BOOTSTRAP_TOKEN: 'the-bootstrap-token-of-tests',
    HARMONT_RUNNER: 'off',
    HARMONT_DRAIN_SECONDS: '0',
    PORT: String(await reservePort()),
  }
  const linkIn = (output: string) => /http:\/\/localhost:\d+\/setup\?token=[\w-]{43}/.exec(output)?.[0]
  const server = await startMain(env)
  await expect.poll(() => linkIn(server.output())).toBeDefined()
  const command = await runMain(['setup-link'], env)
  const links = [linkIn(server.output()), linkIn(command.output)]
  expect(new Set(links).size).toBe(2)
  for (const link of links) {
    const answer = await fetch(`${server.url}/api/v0/setup/inspect`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ setup_token: tokenOf(link ?? '') }),
    })
    expect(await answer.json()).toEqual({ kind: 'existing', email: 'admin@localhost' })
  }
  const unknown = await runMain(['setup-link', 'nobody@example.com'], env)
  expect(unknown).toMatchObject({ code: 1, output: expect.stringContaining('expected the address of a user') })
  expect(await stopMain(server)).toBe(0)
  const stopped = await runMain(['setup-link', 'admin@localhost'], env)
  expect(linkIn(stopped.output)).toBeDefined()
})
