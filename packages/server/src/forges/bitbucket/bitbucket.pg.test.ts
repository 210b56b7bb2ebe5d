import { randomUUID } from 'node:crypto'
import { type BitbucketUser, startBitbucket } from '@harmont/outside/bitbucket'
import type { JobHelpers } from 'graphile-worker'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createSealer } from '../../platform/encryption/seal.ts'
import { readSettings } from '../../platform/settings/read-settings.ts'
import { codeOf, testServer } from '../../testing/server.ts'
import { waitingForLocks } from '../../testing/waiting-for-locks.ts'
import { type BitbucketApp, openBitbucket, withWorkspace } from './app.ts'
import { listWorkspaceRepositories } from './repository-api.ts'
import { bitbucketTasks } from './sync.ts'

const publicUrl = 'http://localhost:4000'
const bitbucket = await startBitbucket()
const environment = {
  ...bitbucket.environment,
  HARMONT_PUBLIC_URL: publicUrl,
  HARMONT_ENCRYPTION_KEY: 'the-encryption-key-of-these-tests',
}
const it = testServer(environment)
beforeAll(() => bitbucket.deliverTo(it.server.url))
afterAll(() => bitbucket.stop())
afterEach(() => expect(bitbucket.violations).toEqual([]))

interface Member {
  readonly token: string
  readonly organization: string
}

let count = 0
/** Creates an organization, and a Bitbucket user with a workspace of three repositories. */
async function newPlace() {
  count += 1
  const member: Member = await it.newUser(`bb-${count}-${randomUUID().slice(0, 6)}`)
  const person = bitbucket.addUser(`person-${count}`)
  const workspace = bitbucket.addWorkspace(`team-${count}`, [person])
  const repositories = ['api', 'app', 'web'].map((name) => bitbucket.addRepository(workspace, name))
  return { member, person, workspace, repositories }
}

const urlOf = async ({ token, organization }: Member) =>
  (await it.request<{ url: string }>(token, 'GET', `/api/v0/organizations/${organization}/bitbucket/oauth-url`)).body
    .url

const connectWith = ({ token }: Member, back: { readonly code: string; readonly state: string }) =>
  it.request<{ org: string; workspaces: unknown[] }>(token, 'POST', '/api/v0/integrations/bitbucket/connect', back)

const connect = async (member: Member, person: BitbucketUser) =>
  connectWith(member, bitbucket.agree(await urlOf(member), person))

const at = ({ token, organization }: Member, path: string, method = 'GET') =>
  it.request<{ repos: { full_name: string }[]; workspaces: unknown[]; data: unknown[] }>(
    token,
    method,
    `/api/v0/organizations/${organization}/${path}`,
  )

const isSynced = async (member: Member, slug: string) =>
  (await at(member, `bitbucket/workspaces/${slug}/repos`)).body.repos.map(({ full_name }) => full_name)

test('a connected workspace has its repositories, each with a webhook and its own secret', async () => {
  const { member, person, workspace, repositories } = await newPlace()
  const [withoutRights] = repositories
  if (withoutRights === undefined) throw new Error('no repository')
  withoutRights.isAdministered = false
  const answer = await connect(member, person)
  expect([answer.status, answer.body]).toEqual([
    201,
    { org: member.organization, workspaces: [{ slug: workspace.slug, name: workspace.name }] },
  ])
  expect((await at(member, 'bitbucket/workspaces')).body.workspaces).toHaveLength(1)
  const wanted = ['api', 'app', 'web'].map((name) => `${workspace.slug}/${name}`)
  await expect.poll(() => isSynced(member, workspace.slug)).toEqual(wanted)
  const hooks = () => repositories.map((each) => each.hooks.length)
  await expect.poll(hooks).toEqual([0, 1, 1])
  const secrets = repositories.flatMap((each) => each.hooks.map(({ secret }) => secret))
  expect(new Set(secrets).size).toBe(2)
  expect(repositories[1]?.hooks[0]?.url).toBe(`${publicUrl}/webhooks/bitbucket`)
  const { rows } = await it.server.pool.query(
    "select string_agg(t::text, '') as all from (select row_to_json(g) from bitbucket_grants g union all select row_to_json(r) from repositories r) t",
  )
  const tokens = bitbucket.world.grants.flatMap(({ accessToken, refreshToken }) => [accessToken, refreshToken])
  for (const secret of [...secrets, ...tokens]) expect(rows[0].all).not.toContain(secret)
  const problem = async () =>
    (await it.server.pool.query('select hook_problem from repositories where external_id = $1', [withoutRights.uuid]))
      .rows[0].hook_problem
  await expect.poll(problem).toContain('403')
})

test('G33 a state belongs to its user and organization, and works once', async () => {
  const [mine, other] = [await newPlace(), await newPlace()]
  const back = bitbucket.agree(await urlOf(mine.member), mine.person)
  const stolen = await connectWith(other.member, back)
  expect([stolen.status, codeOf(stolen)]).toEqual([403, 'bitbucket_invalid_state'])
  const made = await connectWith(mine.member, back)
  expect([made.status, made.body.org]).toEqual([201, mine.member.organization])
  const again = await connectWith(mine.member, {
    ...back,
    code: bitbucket.agree(await urlOf(mine.member), mine.person).code,
  })
  expect(codeOf(again)).toBe('bitbucket_invalid_state')
  const unknown = await connectWith(mine.member, { code: 'x', state: 'never-given' })
  expect(codeOf(unknown)).toBe('bitbucket_invalid_state')
})

test('a workspace of another organization is not bound, even if two connect it at once', async () => {
  const { member, person, workspace } = await newPlace()
  const rival: Member = await it.newUser(`rival-${randomUUID().slice(0, 6)}`)
  const answers = await Promise.all([connect(member, person), connect(rival, person)])
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409])
  const lost = answers.find(({ status }) => status === 409)
  if (lost === undefined) throw new Error('both have it')
  expect(codeOf(lost)).toBe('bitbucket_installation_bound_elsewhere')
  const winner = answers[0]?.status === 201 ? member : rival
  expect((await connect(winner, person)).status).toBe(201)
  expect((await at(winner, 'bitbucket/workspaces')).body.workspaces).toEqual([
    { slug: workspace.slug, name: workspace.name },
  ])
  const alone = bitbucket.addUser('without-a-workspace')
  const none = await connect(rival, alone)
  expect([none.status, none.body.workspaces]).toEqual([201, []])
})

test.for([
  ['refuses the code', null],
  ['answers 500', { on: /access_token/, how: '500' }],
  ['asks for patience', { on: /permissions/, how: '429' }],
  ['cuts the connection', { on: /permissions/, how: 'reset' }],
  ['answers with a page', { on: /permissions/, how: '502' }],
] as const)(
  'when Bitbucket %s the connection fails with 502, leaves nothing, and works the next time',
  async ([, odd]) => {
    const { member, person } = await newPlace()
    const back = bitbucket.agree(await urlOf(member), person)
    if (odd === null) bitbucket.world.codes.clear()
    else bitbucket.misbehave(odd)
    const answer = await connectWith(member, back)
    expect([answer.status, codeOf(answer)]).toEqual([502, 'bitbucket_connect_failed'])
    expect((await at(member, 'bitbucket/workspaces')).body.workspaces).toEqual([])
    expect((await connect(member, person)).status).toBe(201)
  },
)

test.for(['expired', 'taken back'] as const)(
  'a token that is %s is replaced once, however many need it',
  async (how) => {
    const { member, person, workspace, repositories } = await newPlace()
    await connect(member, person)
    await expect.poll(() => repositories.map((each) => each.hooks.length)).toEqual([1, 1, 1])
    // Background tasks use the tokens of this place and of earlier ones.
    const busy = "select from graphile_worker.jobs where task_identifier in ('bitbucket_sync', 'discover')"
    await expect.poll(async () => (await it.server.pool.query(busy)).rowCount).toBe(0)
    bitbucket.expireTokens(how)
    if (how === 'expired') await it.server.pool.query("update bitbucket_grants set expires_at = now() - interval '1 s'")
    const settings = readSettings(environment)
    const sealer = createSealer(environment.HARMONT_ENCRYPTION_KEY)
    // Simulates two processes.
    const apps = [1, 2].flatMap(() => openBitbucket(settings, it.server.pool, sealer) ?? [])
    const before = bitbucket.requests.filter((line) => line.includes('access_token')).length
    const list = (app: BitbucketApp) =>
      withWorkspace(app, workspace.uuid, (api) => listWorkspaceRepositories(api, workspace.uuid))
    const lists = await Promise.all(apps.flatMap((app) => Array.from({ length: 8 }, () => list(app))))
    expect(lists).toHaveLength(16)
    expect(new Set(lists.map((list) => list.length))).toEqual(new Set([3]))
    expect(bitbucket.requests.filter((line) => line.includes('access_token')).length - before).toBe(1)
  },
)

test('G36 a delivery is accepted once, and only if its own webhook signed its bytes', async () => {
  const { member, person, repositories } = await newPlace()
  await connect(member, person)
  await expect.poll(() => repositories.map((each) => each.hooks.length)).toEqual([1, 1, 1])
  const [first, second] = repositories
  const [hook] = first?.hooks ?? []
  const [otherHook] = second?.hooks ?? []
  if (first === undefined || hook === undefined || otherHook === undefined) throw new Error('no webhook')
  const statusOf = async (id: string) => {
    const found = bitbucket.deliveries.filter((each) => each.id === id).map(({ status }) => status)
    return found
  }
  const { delivery } = await bitbucket.push(first, { main: { a: '1' } }, person)
  expect(await statusOf(delivery)).toEqual([202])
  await bitbucket.deliver(first, 'repo:push', { repository: {}, push: {} }, delivery)
  expect(await statusOf(delivery)).toEqual([202, 200])
  const right = hook.secret
  hook.secret = otherHook.secret
  const forged = await bitbucket.push(first, { main: { a: '2' } }, person)
  expect(await statusOf(forged.delivery)).toEqual([401])
  hook.secret = right
  const bare = await fetch(`${it.server.url}/webhooks/bitbucket`, { method: 'POST', body: '{}' })
  expect(bare.status).toBe(400)
})

/** Counts the requests to remove a webhook of each repository. */
function removalsAsked({ slug }: { readonly slug: string }): readonly number[] {
  const asked = (name: string) => `DELETE /2.0/repositories/${slug}/${name}/hooks/`
  return ['api', 'app', 'web'].map((name) => bitbucket.requests.filter((line) => line.startsWith(asked(name))).length)
}

test('disconnecting removes the webhooks and the tokens; others can connect the workspace', async () => {
  const { member, person, workspace, repositories } = await newPlace()
  await connect(member, person)
  await expect.poll(() => repositories.map((each) => each.hooks.length)).toEqual([1, 1, 1])
  const foreign: Member = await it.newUser(`foreign-${randomUUID().slice(0, 6)}`)
  const refused = await at(foreign, `bitbucket/workspaces/${workspace.slug}`, 'DELETE')
  expect([refused.status, codeOf(refused)]).toEqual([404, 'bitbucket_workspace_not_found'])
  bitbucket.misbehave({ on: /DELETE .*\/app\/hooks/, how: '500' })
  expect((await at(member, `bitbucket/workspaces/${workspace.slug}`, 'DELETE')).status).toBe(204)
  await expect.poll(() => repositories.map((each) => each.hooks.length)).toEqual([0, 0, 0])
  // The second attempt continues where the first one stopped.
  expect(removalsAsked(workspace)).toEqual([1, 2, 1])
  const left = async () =>
    (await it.server.pool.query('select from bitbucket_workspaces where uuid = $1', [workspace.uuid])).rowCount
  await expect.poll(left).toBe(0)
  expect((await at(member, `bitbucket/workspaces/${workspace.slug}/repos`)).status).toBe(404)
  expect((await connect(foreign, person)).status).toBe(201)
})

/** Waits until each repository has exactly the webhook that is stored here. */
async function hooksAreStored(repositories: readonly { readonly uuid: string; readonly hooks: { uuid: string }[] }[]) {
  const stored = async () => {
    const { rows } = await it.server.pool.query<{ uuid: string; hook: string | null }>(
      "select external_id as uuid, '{' || hook_uuid || '}' as hook from repositories where external_id = any($1)",
      [repositories.map(({ uuid }) => uuid)],
    )
    const hooks = new Map(rows.map(({ uuid, hook }) => [uuid, hook]))
    return repositories.map((each) => each.hooks.length === 1 && hooks.get(each.uuid) === each.hooks[0]?.uuid)
  }
  await expect.poll(stored).toEqual(repositories.map(() => true))
}

test('a workspace that is connected again before its removal has ended has all its webhooks', async () => {
  const { member, person, workspace, repositories } = await newPlace()
  await connect(member, person)
  await expect.poll(() => repositories.map((each) => each.hooks.length)).toEqual([1, 1, 1])
  // The first webhook is removed without an answer, and further attempts fail.
  const on = new RegExp(`DELETE .*/${workspace.slug}/api/hooks`)
  bitbucket.misbehave({ on, how: 'after' })
  bitbucket.misbehave({ on, how: '500', times: 100 })
  await at(member, `bitbucket/workspaces/${workspace.slug}`, 'DELETE')
  await expect.poll(() => repositories.map((each) => each.hooks.length)).toEqual([0, 1, 1])
  expect((await connect(member, person)).status).toBe(201)
  await hooksAreStored(repositories)
  for (const repository of repositories) {
    const { delivery } = await bitbucket.push(repository, { main: { a: '1' } }, person)
    expect(bitbucket.deliveries.filter(({ id }) => id === delivery)).toMatchObject([{ status: 202 }])
  }
})

test('a sync waits for a removal that is under way, which then stops', async () => {
  const { member, person, workspace, repositories } = await newPlace()
  await connect(member, person)
  await hooksAreStored(repositories)
  const { pool } = it.server
  const { rows } = await pool.query<{ id: string }>(
    'update bitbucket_workspaces set organization_id = null where uuid = $1 returning id',
    [workspace.uuid],
  )
  const app = openBitbucket(readSettings(environment), pool, createSealer(environment.HARMONT_ENCRYPTION_KEY))
  if (app === null) throw new Error('Bitbucket is not set up')
  const [asked, going] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const slowly: typeof fetch = async (input, init) => {
    if (init?.method === 'DELETE') {
      asked.resolve()
      await going.promise
    }
    return app.fetch(input, init)
  }
  const log = pino({ level: 'silent' })
  const tasks = bitbucketTasks({ pool, settings: { publicUrl }, bitbucket: { ...app, fetch: slowly }, log })
  const leaving = tasks.bitbucket_leave?.({ workspace_id: rows[0]?.id }, {} as JobHelpers)
  await asked.promise
  const secrets = () => repositories.flatMap((each) => each.hooks.map(({ secret }) => secret))
  const before = secrets()
  expect((await connect(member, person)).status).toBe(201)
  await expect.poll(() => waitingForLocks(pool)).toBe(1)
  expect(secrets()).toEqual(before)
  going.resolve()
  await leaving
  await hooksAreStored(repositories)
  expect(removalsAsked(workspace)).toEqual([1, 0, 0])
})

test('a webhook that was made but not stored is removed with its workspace', async () => {
  const { member, person, workspace, repositories } = await newPlace()
  await connect(member, person)
  await hooksAreStored(repositories)
  await it.server.pool.query(
    'update repositories set hook_uuid = null, hook_secret = null where external_id = any($1)',
    [repositories.map(({ uuid }) => uuid)],
  )
  await at(member, `bitbucket/workspaces/${workspace.slug}`, 'DELETE')
  await expect.poll(() => repositories.map((each) => each.hooks.length)).toEqual([0, 0, 0])
})
