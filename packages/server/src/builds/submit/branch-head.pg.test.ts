import { randomUUID } from 'node:crypto'
import type { components } from '@harmont/contract'
import { startGithub } from '@harmont/outside/github'
import { until } from '@harmont/test-kit/until'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ir } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'

type Build = components['schemas']['Build']

const github = await startGithub({ publicUrl: 'http://localhost:4000' })
github.webhooks.hold()
// Nothing renders here.
const it = testServer({ ...github.environment, HARMONT_RENDER_WAIT_SECONDS: '0' })
afterAll(() => github.stop())
afterEach(() => expect(github.violations).toEqual([]))

const octocat = github.addUser('octocat')
const repository = github.addRepository(octocat, 'core')
const base = '/api/v0/organizations/default'
const plan = ir({ key: 'a', cmd: 'true' })

beforeAll(async () => {
  await github.push(repository, { a: '1' })
  const installation = await github.install(octocat, [repository], octocat, { silent: true })
  const { pool } = it.server
  await pool.query(
    "insert into identities (id, user_id, provider, subject) select gen_random_uuid(), user_id, 'github', $1 from memberships",
    [String(octocat.id)],
  )
  await it.request(ownerToken, 'POST', `${base}/github/installations`, { installation_id: installation.id })
  await it.request(ownerToken, 'POST', `${base}/github/installations/${installation.id}/sync`)
  await it.newPipeline({ name: 'ci', repository: 'octocat/core', source_slug: 'ci' })
  // Discovery requests the head too, so it must end before requests are counted.
  const searches = () => pool.query("select from graphile_worker.jobs where task_identifier = 'discover'")
  await until(searches, ({ rowCount }) => rowCount === 0)
})

const headAsked = () => github.requests.filter((line) => line.includes('/git/ref/')).length

function build(more: object = {}, key: string = randomUUID(), path = '/pipelines/ci/builds') {
  const body = { branch: 'main', commit: 'HEAD', pipeline_ir: plan, ...more }
  return it.request<Build>(ownerToken, 'POST', base + path, body, { 'idempotency-key': key })
}

async function told(answer: ReturnType<typeof build>) {
  const given = await answer
  const { error } = given.body as { error?: { errors?: { field: string }[] } }
  return [given.status, codeOf(given), ...(error?.errors ?? []).map(({ field }) => field)]
}

const sourceOf = async (id: string | undefined) => (await it.server.engine.store.builds.load(id ?? ''))?.context

test("web P5 HEAD means the full hash of the branch's current commit, on both routes", async () => {
  const topic = await github.push(repository, { a: '2' }, { branch: 'feature/ä' })
  const by = { repo_name: 'Octocat/Core', source_slug: 'ci' }
  for (const made of [
    await build({ branch: 'feature/ä' }),
    await build({ branch: 'feature/ä', ...by }, 'k', '/builds'),
  ]) {
    expect(made.body).toMatchObject({ branch: 'feature/ä', commit: topic.commit, pipeline_slug: 'ci', message: null })
    const context = await sourceOf(made.body.id)
    expect(context?.source).toMatchObject({ kind: 'git', commit: topic.commit, refs: ['refs/heads/feature/ä'] })
    expect(context?.injectedEnv.HARMONT_COMMIT).toBe(topic.commit)
  }
  const main = await github.push(repository, { a: '3' })
  expect((await build()).body.commit).toBe(main.commit)
})

test('web P5 the same idempotency key gives the same build although the branch has new commits, and sends no request to the forge', async () => {
  const key = randomUUID()
  const first = await build({}, key)
  const { commit } = await github.push(repository, { a: randomUUID() })
  const asked = headAsked()
  const again = await build({}, key)
  expect(again.body).toEqual(first.body)
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  expect(headAsked()).toBe(asked)
  // Simulates a process that died after creating the build and before answering.
  await it.server.pool.query(
    'update idempotency_keys set status = null, headers = null, body = null, lease_until = now() where key = $1',
    [key],
  )
  expect((await build({}, key)).body).toEqual(first.body)
  expect((await build()).body.commit).toBe(commit)
})

test('web P5 an absent branch is an error of `branch`, and creates nothing', async () => {
  const builds = async () => (await it.server.pool.query('select count(*) from build_records')).rows
  const before = await builds()
  expect(await told(build({ branch: 'nothing/there' }))).toEqual([422, 'build_invalid', 'branch'])
  const asked = headAsked()
  for (const branch of ['--upload-pack=x', '../../contents/a', 'a b', 'a..b', 'x?ref=main'])
    expect(await told(build({ branch }))).toEqual([422, 'build_invalid', 'branch'])
  expect(headAsked()).toBe(asked)
  expect(await builds()).toEqual(before)
})

test('web P5 the error says when GitHub is down or refuses, and the same request can be repeated', async () => {
  const key = randomUUID()
  for (const how of ['502', 'reset', '429'] as const) {
    github.misbehave({ on: /git\/ref/, how })
    expect(await told(build({}, key))).toEqual([503, 'github_sync_failed'])
  }
  expect((await build({}, key)).status).toBe(201)
})

test('without a connected repository, or with an archive, HEAD is plain text and no forge is asked', async () => {
  const asked = headAsked()
  const slug = await it.newPipeline({ name: 'apart', repository: 'elsewhere/core' })
  const path = `/pipelines/${slug}/builds`
  expect((await build({}, randomUUID(), path)).body.commit).toBe('HEAD')
  expect(await told(build({ pipeline_ir: null }, randomUUID(), path))).toEqual([422, 'build_invalid', 'pipeline_ir'])
  expect((await build({ source_b64: '' })).body.commit).toBe('HEAD')
  expect((await build({ commit: 'head' })).body.commit).toBe('head')
  expect(headAsked()).toBe(asked)
  await it.server.pool.query('update github_installations set suspended_at = now()')
  expect((await build()).body.commit).toBe('HEAD')
  await it.server.pool.query('update github_installations set suspended_at = null')
})

test('G60 a build counts as fetched from its branch only if the server fetched its files and steps, and nobody changed them', async () => {
  const { commit } = await github.push(repository, { a: randomUUID() })
  const classOf = async (made: Awaited<ReturnType<typeof build>>) => {
    const { rows } = await it.server.pool.query('select ref_class from build_records where id = $1', [made.body.id])
    return rows[0]?.ref_class
  }
  const plain = { pipeline_ir: null }
  const head = await build(plain)
  expect(await classOf(head)).toBe('fetched')
  expect(await classOf(await build({ ...plain, repo_name: 'octocat/core', source_slug: 'ci' }, 'g58', '/builds'))).toBe(
    'fetched',
  )
  const claims = [
    { pipeline_ir: plan },
    { ...plain, env: { NODE_OPTIONS: '--import data:text/javascript,1' } },
    // The commit may be of another branch, or of a fork.
    { ...plain, commit },
    { source_b64: '' },
  ]
  for (const claim of claims) expect(await classOf(await build(claim)), JSON.stringify(claim)).toBe('upload')
  const again = (more: object, of = head) =>
    it.request<Build>(ownerToken, 'POST', `${base}/pipelines/ci/builds/${of.body.number}/rebuild`, more)
  const repeated = await again({})
  expect(await classOf(repeated)).toBe('fetched')
  const changed = await again({ env: { A: '1' } })
  expect(await classOf(changed)).toBe('upload')
  expect(await classOf(await again({}, changed))).toBe('upload')
})
