import { startGithub } from '@harmont/outside/github'
import { afterAll, afterEach, expect, test } from 'vitest'
import { transaction } from '../../platform/database/transaction.ts'
import { codeOf, testServer } from '../../testing/server.ts'
import { readEvents } from './read-event.ts'
import { applyInstallationEvent } from './sync.ts'

const publicUrl = 'http://localhost:4000'
const github = await startGithub({ publicUrl })
const it = testServer({ ...github.environment, HARMONT_PUBLIC_URL: publicUrl, HARMONT_RATE_LIMITS: 'off' })
afterAll(() => github.stop())
// These tests apply events directly. Delivery over HTTP is covered by the tests of webhooks.
github.webhooks.hold()
afterEach(() => {
  expect(github.violations).toEqual([])
})

let count = 0
const fresh = (what: string) => {
  count += 1
  return `${what}-${count}`
}

interface Member {
  readonly token: string
  readonly organization: string
  readonly id: string
}

/** Creates a user with an organization and a GitHub account, linked by default. */
async function newMember({
  linked = true,
} = {}): Promise<Member & { readonly account: ReturnType<typeof github.addUser> }> {
  const name = fresh('member')
  const member = await it.newUser(name)
  const account = github.addUser(name)
  if (linked) await link(member.id, account.id)
  return { ...member, account }
}

const link = (userId: string, subject: number) =>
  it.server.pool.query(
    "insert into identities (id, user_id, provider, subject) values (gen_random_uuid(), $1, 'github', $2)",
    [userId, String(subject)],
  )

const base = ({ organization }: Member) => `/api/v0/organizations/${organization}/github`

const connect = (member: Member, installation_id: unknown, more: Record<string, unknown> = {}) =>
  it.request<{ id: number; installation_id: number; account_login: string }>(
    member.token,
    'POST',
    `${base(member)}/installations`,
    { installation_id, ...more },
  )

async function told(answer: Promise<Awaited<ReturnType<typeof connect>>>) {
  const { status, body } = await answer
  return status === 201 ? [status, body.installation_id] : [status, codeOf({ status, body, headers: new Headers() })]
}

/** Applies the newest deliveries of GitHub like the webhook task. */
async function take(many = 1) {
  for (const { event, body } of github.webhooks.made.slice(-many)) {
    const [read] = readEvents(event, Buffer.from(body))
    if (read?.type === 'installation' || read?.type === 'repositories' || read?.type === 'repository_changed')
      await transaction(it.server.pool, (client) => applyInstallationEvent(client, read))
  }
}

const repositories = async (member: Member, number: number) =>
  (
    await it.request<{ data: { full_name: string }[] }>(
      member.token,
      'GET',
      `${base(member)}/installations/${number}/repos`,
    )
  ).body.data?.map((each) => each.full_name)

test('a personal installation is bound by its account, and a background task lists its repositories', async () => {
  const ada = await newMember()
  const names = Array.from({ length: 105 }, (_, n) => `r${String(n).padStart(3, '0')}`)
  const installation = await github.install(
    ada.account,
    names.map((name) => github.addRepository(ada.account, name)),
    ada.account,
    { silent: true },
  )
  expect(await told(connect(ada, installation.id))).toEqual([201, installation.id])
  await expect
    .poll(() => repositories(ada, installation.id))
    .toEqual(names.map((name) => `${ada.account.login}/${name}`))
  const listed = await it.request<{ data: unknown[] }>(ada.token, 'GET', `${base(ada)}/installations`)
  expect(listed.body.data).toMatchObject([
    { installation_id: installation.id, account_login: ada.account.login, account_type: 'User' },
  ])
  expect(await told(connect(ada, installation.id))).toEqual([201, installation.id])
  const account = ada.account.login
  const audited = async () =>
    (
      await it.server.pool.query('select action, details from audit_events where subject = $1 order by created_at', [
        String(installation.id),
      ])
    ).rows
  const connected = { action: 'github_installation.connected', details: { account } }
  expect(await audited()).toEqual([connected])
  await it.request(ada.token, 'DELETE', `${base(ada)}/installations/${installation.id}`)
  expect(await audited()).toEqual([connected, { action: 'github_installation.disconnected', details: { account } }])
})

test('only an active admin can bind the installation of an organization', async () => {
  const acme = github.addOrganization(fresh('acme'))
  const installer = github.addUser(fresh('installer'))
  const installation = await github.install(acme, [], installer, { silent: true })
  const [admin, member, pending, stranger] = await Promise.all([newMember(), newMember(), newMember(), newMember()])
  github.addMember(acme, admin.account, 'admin')
  github.addMember(acme, member.account, 'member')
  github.addMember(acme, pending.account, 'admin', 'pending')
  for (const who of [member, pending, stranger])
    expect(await told(connect(who, installation.id))).toEqual([404, 'github_installation_not_found'])
  expect(await told(connect(admin, installation.id))).toEqual([201, installation.id])
})

test('the user who installed or requested it can bind it after the signed webhook', async () => {
  const acme = github.addOrganization(fresh('acme'))
  const [installer, requester, stranger] = await Promise.all([newMember(), newMember(), newMember()])
  const installation = await github.install(acme, [], installer.account, { requester: requester.account })
  expect(await told(connect(installer, installation.id))).toEqual([404, 'github_installation_not_found'])
  await take()
  expect(await told(connect(stranger, installation.id))).toEqual([404, 'github_installation_not_found'])
  expect(await told(connect(requester, installation.id))).toEqual([201, installation.id])
  expect(await told(connect(installer, installation.id))).toEqual([409, 'github_installation_bound_elsewhere'])
})

test('an installation number alone proves nothing: 403 without a GitHub account, and one 404 for foreign and unknown installations', async () => {
  const owner = await newMember()
  const installation = await github.install(owner.account, [], owner.account, { silent: true })
  const unlinked = await newMember({ linked: false })
  for (const number of [installation.id, 99_999_999])
    expect(await told(connect(unlinked, number))).toEqual([403, 'github_identity_required'])
  const stranger = await newMember()
  const answers = await Promise.all([installation.id, 99_999_999].map((number) => connect(stranger, number)))
  const plain = answers.map(({ status, body }) => {
    const { request_id: _, ...error } = (body as unknown as { error: Record<string, unknown> }).error
    return [status, error]
  })
  expect(plain[0]).toMatchObject([404, { code: 'github_installation_not_found' }])
  expect(plain[1]).toEqual(plain[0])
})

test('a user without a linked GitHub account gets instructions that work in every client', async () => {
  const name = fresh('unlinked')
  const member = await it.newUser(name)
  const account = github.addUser(name, { emails: [{ email: `${name}@example.com`, primary: true, verified: true }] })
  const installation = await github.install(account, [], account, { silent: true })
  const refused = (await connect(member, installation.id)).body as unknown as { error: { message: string } }
  expect(refused.error.message).toContain(
    `Sign in with GitHub, with an account whose verified primary address is ${name}@example.com: that links it.`,
  )
  const redirect_uri = `${publicUrl}/auth/callback`
  const asked = { client_id: github.environment.HARMONT_GITHUB_CLIENT_ID ?? '', redirect_uri, scope: 'user:email' }
  const query = new URLSearchParams(asked)
  const back = await github.authorize(`${github.url}/login/oauth/authorize?${query}`, account.login)
  const body = { code: back.searchParams.get('code'), redirect_uri }
  expect((await it.request(null, 'POST', '/api/v0/auth/github', body)).status).toBe(200)
  expect(await told(connect(member, installation.id))).toEqual([201, installation.id])
})

test('the code that GitHub adds to the redirect proves an account, once', async () => {
  const owner = await newMember({ linked: false })
  const installation = await github.install(owner.account, [], owner.account, { silent: true })
  const authorizeUrl = `${github.url}/login/oauth/authorize?client_id=${github.environment.HARMONT_GITHUB_CLIENT_ID}`
  const code = (await github.authorize(authorizeUrl, owner.account.login)).searchParams.get('code')
  expect(await told(connect(owner, installation.id, { code: 'another' }))).toEqual([403, 'github_identity_required'])
  expect(await told(connect(owner, installation.id, { code }))).toEqual([201, installation.id])
  expect(await told(connect(owner, installation.id, { code }))).toEqual([403, 'github_identity_required'])
})

test('G33 a state belongs to its user and organization, is valid for an hour, and works once', async () => {
  const [ada, other] = await Promise.all([newMember(), newMember()])
  const stateOf = async (member: Member) => {
    const { body } = await it.request<{ url: string }>(member.token, 'GET', `${base(member)}/install-url`)
    expect(body.url).toMatch(`${github.url}/apps/harmont-test/installations/new?state=`)
    return new URL(body.url).searchParams.get('state')
  }
  const installation = await github.install(ada.account, [], ada.account, { silent: true })
  for (const state of ['', 'x'.repeat(43), await stateOf(other)])
    expect(await told(connect(ada, installation.id, { state }))).toEqual([403, 'oauth_state_invalid'])
  const old = await stateOf(ada)
  await it.server.pool.query("update github_install_states set expires_at = now() - interval '1 second'")
  expect(await told(connect(ada, installation.id, { state: old }))).toEqual([403, 'oauth_state_invalid'])
  const state = await stateOf(ada)
  const answers = await Promise.all(Array.from({ length: 5 }, () => told(connect(ada, installation.id, { state }))))
  expect(answers.filter(([status]) => status === 201)).toHaveLength(1)
  expect(answers.filter(([, code]) => code === 'oauth_state_invalid')).toHaveLength(4)
})

test('exactly one of two organizations that connect at the same time succeeds', async () => {
  const account = github.addUser(fresh('shared'))
  const installation = await github.install(account, [], account, { silent: true })
  const members = await Promise.all(Array.from({ length: 6 }, () => newMember({ linked: false })))
  const acme = github.addOrganization(fresh('acme'))
  const shared = await github.install(acme, [], account, { silent: true })
  for (const { account: each, id } of members) {
    github.addMember(acme, each, 'admin')
    await link(id, each.id)
  }
  const answers = await Promise.all(members.map((member) => told(connect(member, shared.id))))
  expect(answers.filter(([status]) => status === 201)).toHaveLength(1)
  expect(answers.filter(([, code]) => code === 'github_installation_bound_elsewhere')).toHaveLength(5)
  expect(installation.id).toBeGreaterThan(0)
})

test.for([[0], [-1], [1.5], ['12'], [null], [1e300]])('the number %j is refused', async ([number]) => {
  const ada = await newMember()
  expect(await told(connect(ada, number))).toEqual([422, 'github_installation_id_invalid'])
})

test('disconnecting unbinds the installation, and reveals nothing about others', async () => {
  const ada = await newMember()
  const installation = await github.install(ada.account, [github.addRepository(ada.account, 'core')], ada.account, {
    silent: true,
  })
  await connect(ada, installation.id)
  await expect.poll(() => repositories(ada, installation.id)).toHaveLength(1)
  const other = await newMember()
  const remove = async (member: Member, number: unknown) =>
    (await it.request(member.token, 'DELETE', `${base(member)}/installations/${number}`)).status
  expect(await remove(other, installation.id)).toBe(204)
  expect(await repositories(ada, installation.id)).toHaveLength(1)
  expect([await remove(ada, installation.id), await remove(ada, installation.id), await remove(ada, 'x')]).toEqual([
    204, 204, 404,
  ])
  for (const [method, path] of [
    ['GET', 'repos'],
    ['POST', 'sync'],
  ] as const) {
    const answer = await it.request(ada.token, method, `${base(ada)}/installations/${installation.id}/${path}`)
    expect([answer.status, codeOf(answer)]).toEqual([404, 'github_installation_not_found'])
  }
  await link(other.id, github.addUser(fresh('x')).id)
  await it.server.pool.query('update identities set user_id = $1 where user_id = $2', [other.id, ada.id])
  expect(await told(connect(other, installation.id))).toEqual([201, installation.id])
})

test('events of an installation are applied in any order and however often they arrive', async () => {
  const ada = await newMember()
  const [core, docs, more] = ['core', 'docs', 'more'].map((name) => github.addRepository(ada.account, name))
  if (!core || !docs || !more) throw new Error('three repositories were made')
  const installation = await github.install(ada.account, [core, docs], ada.account)
  await take()
  await connect(ada, installation.id)
  const full = (...names: string[]) => names.map((name) => `${ada.account.login}/${name}`)
  const settled = (names: string[]) => expect.poll(() => repositories(ada, installation.id)).toEqual(full(...names))
  await settled(['core', 'docs'])
  await github.changeRepositories(installation, ada.account, [more], [])
  await take()
  await settled(['core', 'docs', 'more'])
  await github.changeRepositories(installation, ada.account, [], [docs])
  await take()
  await settled(['core', 'more'])
  await github.renameRepository(core, 'heart', ada.account)
  await take()
  await settled(['heart', 'more'])
  const isActive = async () => {
    const { rows } = await it.server.pool.query('select 1 from active_repositories where installation = $1', [
      String(installation.id),
    ])
    return rows.length
  }
  await github.suspend(installation, ada.account)
  await take()
  expect(await isActive()).toBe(0)
  expect(
    (await it.request<{ data: unknown[] }>(ada.token, 'GET', `${base(ada)}/installations`)).body.data,
  ).toHaveLength(1)
  await github.unsuspend(installation, ada.account)
  await take(2)
  await expect.poll(isActive).toBe(2)
  await take(2)
  await expect.poll(isActive).toBe(2)
  await github.uninstall(installation, ada.account)
  await take()
  await take(9)
  expect((await it.request<{ data: unknown[] }>(ada.token, 'GET', `${base(ada)}/installations`)).body.data).toEqual([])
  expect(await told(connect(ada, installation.id))).toEqual([404, 'github_installation_not_found'])
})

test('the next sync finds an installation that ended without an event', async () => {
  const ada = await newMember()
  const installation = await github.install(ada.account, [], ada.account, { silent: true })
  await connect(ada, installation.id)
  await github.uninstall(installation, ada.account)
  const answer = await it.request(ada.token, 'POST', `${base(ada)}/installations/${installation.id}/sync`)
  expect([answer.status, codeOf(answer)]).toEqual([404, 'github_installation_not_found'])
})

test.for([
  ['answers 500', '500'],
  ['has a secondary limit', 'secondary'],
  ['cuts the connection', 'reset'],
] as const)('a GitHub that %s fails the sync with 503, and the background repairs it', async ([, how]) => {
  const ada = await newMember()
  const installation = await github.install(ada.account, [], ada.account, { silent: true })
  await connect(ada, installation.id)
  await expect
    .poll(
      async () =>
        (await it.server.pool.query('select synced_at from github_installations where number = $1', [installation.id]))
          .rows[0].synced_at,
    )
    .not.toBeNull()
  installation.repositories.add(github.addRepository(ada.account, 'late'))
  github.misbehave({ on: /installation\/repositories/, how, times: 1 })
  const answer = await it.request(ada.token, 'POST', `${base(ada)}/installations/${installation.id}/sync`)
  expect([answer.status, codeOf(answer)]).toEqual([503, 'github_sync_failed'])
  await expect.poll(() => repositories(ada, installation.id)).toHaveLength(1)
})

test('the list of repositories has one row for each clone URL, and none of suspended installations', async () => {
  const ada = await newMember()
  const core = github.addRepository(ada.account, 'Core')
  const installation = await github.install(ada.account, [core], ada.account, { silent: true })
  await connect(ada, installation.id)
  await expect.poll(() => repositories(ada, installation.id)).toHaveLength(1)
  const { rows } = await it.server.pool.query('select clone_url from repositories where external_id = $1', [
    String(core.id),
  ])
  const same = `${rows[0].clone_url.toUpperCase().replace('HTTP://', 'https://user:secret@').replace('.GIT', '')}/`
  for (const repository of [
    same,
    'git@example.com:acme/web.git',
    'https://user:secret@example.com/acme/app',
    'local/only',
  ])
    await it.request(ada.token, 'POST', `/api/v0/organizations/${ada.organization}/pipelines`, {
      name: fresh('p'),
      repository,
      default_branch: 'main',
    })
  const path = `/api/v0/organizations/${ada.organization}/repos`
  const list = async () =>
    (
      await it.request<{
        data: { full_name: string; clone_url: string | null; registrations: { provider: string }[] }[]
      }>(ada.token, 'GET', path)
    ).body.data
  const first = await list()
  expect(first.map((each) => [each.full_name, each.registrations.map(({ provider }) => provider)])).toEqual([
    ['acme/app', ['cli']],
    ['acme/web', ['cli']],
    ['local/only', ['cli']],
    [`${ada.account.login}/Core`, ['github']],
  ])
  expect(JSON.stringify(first)).not.toContain('secret')
  await github.suspend(installation, ada.account)
  await take()
  expect(
    (await list()).find(({ full_name }) => full_name.toLowerCase() === `${ada.account.login}/core`)?.registrations,
  ).toMatchObject([{ provider: 'cli' }])
})
