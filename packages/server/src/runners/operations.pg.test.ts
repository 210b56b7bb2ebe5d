/** Operations on runners by people: other tenants, members, operators. */
import { randomUUID } from 'node:crypto'
import type { components } from '@harmont/contract'
import { beforeAll, expect, test } from 'vitest'
import { openEvents } from '../testing/event-reader.ts'
import { callRunners, type JoinedRunner, joinedRunner, leaseRequest } from '../testing/joined-runner.ts'
import { ir } from '../testing/runner.ts'
import { type Answer, codeOf, testServer } from '../testing/server.ts'

type Schemas = components['schemas']
type List = Schemas['RunnerList']

interface Tenant {
  readonly token: string
  readonly organization: string
  readonly organizationId: string
  readonly path: string
}

const it = testServer({ HARMONT_OPERATORS: 'Root@example.com, nobody@example.com' })
let acme: Tenant
let beta: Tenant
let root: Tenant
let shared: JoinedRunner
let ofAcme: JoinedRunner
let ofBeta: JoinedRunner

async function newTenant(name: string): Promise<Tenant> {
  const { token, organization } = await it.newUser(name)
  const { rows } = await it.server.pool.query('select id from organizations where slug = $1', [organization])
  return { token, organization, organizationId: rows[0].id, path: `/api/v0/organizations/${organization}` }
}

async function submit({ token, path }: Tenant, step: object = {}): Promise<{ readonly slug: string }> {
  const name = `p-${randomUUID()}`
  const wish = { name, repository: `local/${name}`, default_branch: 'main' }
  const { slug } = (await it.request<{ slug: string }>(token, 'POST', `${path}/pipelines`, wish)).body
  const body = {
    branch: 'main',
    commit: '0'.repeat(40),
    pipeline_ir: ir({ key: 'a', label: 'secret plan', cmd: 'true', ...step }),
  }
  await it.request(token, 'POST', `${path}/pipelines/${slug}/builds`, body)
  return { slug }
}

const list = async (who: Tenant, query = '') => it.request<List>(who.token, 'GET', `${who.path}/runners${query}`)
const namesIn = ({ body }: Answer<List>) => body.data.map(({ id }) => id).sort()
const leased = async (runner: JoinedRunner) => (await runner.call('lease', leaseRequest())).body.jobs as object[]

beforeAll(async () => {
  ;[acme, beta, root] = [await newTenant('acme'), await newTenant('beta'), await newTenant('root')]
  shared = await joinedRunner(it)
  ofAcme = await joinedRunner(it, { organizations: [acme.organizationId], labels: ['fast'] })
  ofBeta = await joinedRunner(it, { organizations: [beta.organizationId] })
  const room = { freeBytes: 4_000_000_000, sizeBytes: 8_000_000_000, snapshots: 7 }
  for (const runner of [shared, ofAcme, ofBeta]) await runner.call('renew', runner === ofAcme ? { room } : {})
})

test('G94 an organization sees the runners that take its jobs, and none of the jobs of others on them', async () => {
  await submit(beta)
  expect(await leased(shared)).toHaveLength(1)
  const { slug } = await submit(acme)
  expect(await leased(ofAcme)).toHaveLength(1)
  const answer = await list(acme)
  expect(namesIn(answer)).toEqual([shared.id, ofAcme.id].sort())
  const [own, all] = [ofAcme, shared].map((runner) => answer.body.data.find(({ id }) => id === runner.id))
  expect(own).toMatchObject({
    ...{ state: 'connected', pool: 'default', labels: ['fast'], organizations: ['acme'], manageable: true, slots: 2 },
    ...{ release: '0.1.0', protocol: 2, started_at: expect.stringMatching(/Z$/) },
    ...{ disk_free_bytes: 4_000_000_000, disk_size_bytes: 8_000_000_000, snapshots: 7 },
    ...{ other_jobs: 0, jobs: [{ name: 'secret plan', pipeline_slug: slug, build_number: 1, state: 'assigned' }] },
  })
  expect(all).toMatchObject({ organizations: null, manageable: false, jobs: [], other_jobs: 1, snapshots: null })
  expect(answer.body).toMatchObject({ operator: false, pools: [{ name: 'default', connected: 2, slots: 4, busy: 2 }] })
  expect(JSON.stringify(answer.body)).not.toMatch(/beta/)
})

test('G94 an organization can change only its own runners and keys, and cannot detect those that it may not see', async () => {
  const refused: readonly (readonly [Tenant, string, string, string])[] = [
    [acme, 'PUT', `runners/${shared.id}/drain`, 'operator_required'],
    [acme, 'DELETE', `runners/${shared.id}/drain`, 'operator_required'],
    [acme, 'DELETE', `runners/${shared.id}`, 'operator_required'],
    [acme, 'PUT', `runners/${ofBeta.id}/drain`, 'runner_not_found'],
    [acme, 'DELETE', `runners/${ofBeta.id}`, 'runner_not_found'],
    [acme, 'DELETE', `runners/${randomUUID()}`, 'runner_not_found'],
    [acme, 'GET', 'runners?scope=server', 'operator_required'],
    [acme, 'GET', 'runner-keys?scope=server', 'operator_required'],
    [acme, 'DELETE', `runner-keys/${randomUUID()}`, 'runner_key_not_found'],
  ]
  for (const [who, method, path, code] of refused)
    expect([path, codeOf(await it.request(who.token, method, `${who.path}/${path}`))]).toEqual([path, code])
  const { rows } = await it.server.pool.query(
    'select id from runners where revoked_at is not null union all select null from engine.runners where drains_at is not null',
  )
  expect(rows).toEqual([])
  const stranger = await it.request(beta.token, 'GET', `${acme.path}/runners`)
  expect(codeOf(stranger)).toBe('organization_not_found')
})

test('G94 members can neither list nor follow runners', async () => {
  const member = await it.newUser('a-member')
  await it.server.pool.query("insert into memberships (organization_id, user_id, role) values ($1, $2, 'member')", [
    ...[acme.organizationId, member.id],
  ])
  for (const path of ['runners', 'runner-keys', 'events?topics=runners'])
    expect([path, codeOf(await it.request(member.token, 'GET', `${acme.path}/${path}`))]).toEqual([
      ...[path, 'insufficient_org_role'],
    ])
})

test('G94 operators see and change the whole server, but not with a key that is limited to organizations', async () => {
  const all = await list(root, '?scope=server')
  expect(namesIn(all)).toEqual([shared.id, ofAcme.id, ofBeta.id].sort())
  expect(all.body.data.find(({ id }) => id === ofBeta.id)).toMatchObject({ organizations: ['beta'], manageable: true })
  expect(all.body.data.find(({ id }) => id === shared.id)?.jobs).toMatchObject([{ organization: 'beta' }])
  const drain = `${root.path}/runners/${ofBeta.id}/drain`
  expect((await it.request(root.token, 'PUT', drain)).status).toBe(204)
  expect((await list(beta)).body.data.find(({ id }) => id === ofBeta.id)).toMatchObject({ state: 'draining' })
  expect((await it.request(root.token, 'DELETE', drain)).status).toBe(204)
  const wish = { description: 'narrow', organizations: [root.organization] }
  const { token } = (await it.request<{ token: string }>(root.token, 'POST', '/api/v0/user/api-tokens', wish)).body
  expect(codeOf(await it.request(token, 'GET', `${root.path}/runners?scope=server`))).toBe('operator_required')
  const { rows } = await it.server.pool.query(
    "select actor_email, address, action from audit_events where organization_id = $1 and action ~ '^runner[.](drained|resumed)' order by created_at",
    [beta.organizationId],
  )
  const operator = { actor_email: 'root@example.com', address: null }
  expect(rows).toEqual([
    { ...operator, action: 'runner.drained' },
    { ...operator, action: 'runner.resumed' },
  ])
})

test('G94 the runner of the server itself is seen by all, drained by operators, and cannot be revoked', async () => {
  const { store } = it.server.engine
  await store.runners.seen('local-AbC', { pool: 'default', labels: ['own'], queues: null }, store.now())
  const shown = async () => (await list(acme)).body.data.find(({ kind }) => kind === 'server')
  expect(await shown()).toMatchObject({ id: 'local-AbC', state: 'connected', labels: ['own'], manageable: false })
  const place = (who: Tenant) => `${who.path}/runners/local-AbC`
  expect(codeOf(await it.request(acme.token, 'PUT', `${place(acme)}/drain`))).toBe('operator_required')
  expect((await it.request(root.token, 'PUT', `${place(root)}/drain`)).status).toBe(204)
  expect(await shown()).toMatchObject({ state: 'draining' })
  expect(codeOf(await it.request(root.token, 'DELETE', place(root)))).toBe('runner_not_found')
  expect((await it.request(root.token, 'DELETE', `${place(root)}/drain`)).status).toBe(204)
  expect(await shown()).toMatchObject({ state: 'connected', draining_since: null })
  await it.server.pool.query("delete from engine.runners where id = 'local-AbC'")
})

test('G94 a key is shown once, lets runners of its organization join up to its limit, and is revoked', async () => {
  const keys = `${acme.path}/runner-keys`
  const wish = { pool: 'gpu', labels: ['cuda', 'cuda'], secrets: false, uses: 1 }
  const made = await it.request<Schemas['CreateRunnerKeyResponse']>(acme.token, 'POST', keys, wish)
  const { key, runner_key } = made.body
  expect(runner_key).toMatchObject({
    ...{ pool: 'gpu', labels: ['cuda'], organizations: ['acme'], secrets: false, uses: 1, used: 0 },
  })
  const listed = await it.request<Schemas['RunnerKeyList']>(acme.token, 'GET', keys)
  expect(listed.body.data.map(({ id }) => id)).toContain(runner_key.id)
  expect(JSON.stringify(listed.body)).not.toContain(key)
  expect(JSON.stringify((await it.request(beta.token, 'GET', `${beta.path}/runner-keys`)).body)).not.toContain('gpu')
  const join = (letter: string) => callRunners(it, 'join', { key, public_key: letter.repeat(43), name: 'gpu-1' })
  expect((await join('F')).status).toBe(200)
  expect((await join('G')).body.code).toBe('runner_key_used_up')
  const joined = (await list(acme)).body.data.find(({ name }) => name === 'gpu-1')
  expect(joined).toMatchObject({ state: 'new', pool: 'gpu', secrets: false, organizations: ['acme'] })
  expect(codeOf(await it.request(beta.token, 'DELETE', `${beta.path}/runner-keys/${runner_key.id}`))).toBe(
    'runner_key_not_found',
  )
  expect((await it.request(acme.token, 'DELETE', `${keys}/${runner_key.id}`)).status).toBe(204)
  expect((await join('H')).body.code).toBe('runner_key_invalid')
  const { rows } = await it.server.pool.query(
    "select action, actor_email from audit_events where organization_id = $1 and action ~ '^runner(_key)?[.]' and subject in ($2, $3) order by created_at",
    [acme.organizationId, runner_key.id, joined?.id],
  )
  expect(rows).toEqual([
    { action: 'runner_key.created', actor_email: 'acme@example.com' },
    { action: 'runner.joined', actor_email: null },
    { action: 'runner_key.revoked', actor_email: 'acme@example.com' },
  ])
})

test('G94 a key becomes invalid when its creator may no longer create keys', async () => {
  const tenant = await newTenant('changing')
  const maker = await it.newUser('maker')
  const role = (name: string) =>
    it.server.pool.query(
      `insert into memberships (organization_id, user_id, role) values ($1, $2, $3)
       on conflict (organization_id, user_id) do update set role = excluded.role`,
      [tenant.organizationId, maker.id, name],
    )
  await role('admin')
  const keys = `${tenant.path}/runner-keys`
  const made = await it.request<Schemas['CreateRunnerKeyResponse']>(maker.token, 'POST', keys, { pool: 'p', uses: 9 })
  const join = async (letter: string) => {
    const { key } = made.body
    return (await callRunners(it, 'join', { key, public_key: letter.repeat(43), name: 'r' })).status
  }
  expect(made.body.runner_key.made_by).toBe('maker')
  expect(await join('J')).toBe(200)
  await role('member')
  expect(await join('K')).toBe(401)
  expect((await it.request<Schemas['RunnerKeyList']>(tenant.token, 'GET', keys)).body.data).toEqual([])
})

test('a malformed key is refused by field, a key for all organizations requires an operator, and there are at most 100', async () => {
  const make = (who: Tenant, body: object) =>
    it.request<{ error: { errors: { field: string }[] } }>(who.token, 'POST', `${who.path}/runner-keys`, body)
  const wrong = { pool: 'a b', labels: ['ok', 'ü'], uses: 0, expires_at: '2020-01-01T00:00:00Z' }
  const refused = await make(acme, wrong)
  expect([codeOf(refused), refused.body.error.errors.map(({ field }) => field)]).toEqual([
    ...['request_invalid', ['pool', 'labels.1', 'uses', 'expires_at']],
  ])
  const every = { pool: 'default', every_organization: true }
  expect(codeOf(await make(acme, every))).toBe('operator_required')
  expect((await make(root, every)).body).toMatchObject({ runner_key: { organizations: null } })
  await it.server.pool.query(
    `with made as (insert into runner_keys (id, key_hash, pool, labels, every_organization, gets_secrets)
       select gen_random_uuid(), 'hash ' || n, 'default', '{}', false, true from generate_series(1, 100) n returning id)
     insert into runner_key_organizations (key_id, organization_id) select id, $1 from made`,
    [beta.organizationId],
  )
  expect(codeOf(await make(beta, { pool: 'default' }))).toBe('runner_key_limit_reached')
})

test('a draining runner gets no job until it is resumed; a revoked one is refused', async () => {
  const runner = await joinedRunner(it, { pool: 'own', organizations: [acme.organizationId] })
  const place = `${acme.path}/runners/${runner.id}`
  await submit(acme, { runner_args: { pool: 'own' } })
  expect((await it.request(acme.token, 'PUT', `${place}/drain`)).status).toBe(204)
  expect(await leased(runner)).toEqual([])
  expect((await it.request(acme.token, 'DELETE', `${place}/drain`)).status).toBe(204)
  expect(await leased(runner)).toHaveLength(1)
  expect((await it.request(acme.token, 'DELETE', place)).status).toBe(204)
  expect((await runner.call('renew', {})).body.code).toBe('runner_revoked')
  expect(codeOf(await it.request(acme.token, 'DELETE', place))).toBe('runner_not_found')
})

test('jobs waiting for a runner are shown by pool and labels, and by whether a connected runner takes them', async () => {
  await submit(acme, { runner_args: { pool: 'metal', labels: ['arm64'] } })
  await submit(acme, { runner_args: { pool: 'metal', labels: ['arm64'] } })
  const waiting = async () => (await list(acme)).body.pools.find(({ name }) => name === 'metal')
  expect(await waiting()).toMatchObject({ connected: 0, waiting: [{ labels: ['arm64'], jobs: 2, served: false }] })
  expect(JSON.stringify((await list(beta)).body.pools)).not.toContain('metal')
  const runner = await joinedRunner(it, { pool: 'metal', labels: ['arm64'] })
  await runner.call('renew', {})
  expect(await waiting()).toMatchObject({ connected: 1, waiting: [{ labels: ['arm64'], jobs: 2, served: true }] })
})

test('the stream of an organization has an event when its runners or their jobs change', async () => {
  const tenant = await newTenant('watching')
  await using events = await openEvents(`${it.server.url}${tenant.path}/events?topics=runners`, tenant.token)
  const change = () => events.next('resync', ({ data }) => data.topic === 'runners')
  await change()
  const runner = await joinedRunner(it, { organizations: [tenant.organizationId] })
  await change()
  await submit(tenant, { runner_args: { labels: ['nobody'] } })
  await change()
  await it.request(tenant.token, 'PUT', `${tenant.path}/runners/${runner.id}/drain`)
  await change()
})

test('the page of a build names the runner of each job', async () => {
  const runner = await joinedRunner(it, { pool: 'named', organizations: [acme.organizationId] })
  const { slug } = await submit(acme, { runner_args: { pool: 'named' } })
  const view = () => it.request<Schemas['BuildView']>(acme.token, 'GET', `${acme.path}/pipelines/${slug}/builds/1/view`)
  expect((await view()).body.jobs[0]).toMatchObject({ runner: null, wait_reason: 'runner' })
  expect(await leased(runner)).toHaveLength(1)
  expect((await view()).body.jobs[0]?.runner).toEqual({ id: runner.id, name: 'test', pool: 'named' })
})
