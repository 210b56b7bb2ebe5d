import type { components } from '@harmont/contract'
import { expect, test } from 'vitest'
import { ir, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'

type Build = components['schemas']['Build']

const it = testServer({ HARMONT_RENDER_WAIT_SECONDS: '0' })
const organization = '/api/v0/organizations/default'
const steps = ir(
  { key: 'always', cmd: 'true' },
  { key: 'on-x', cmd: 'true', if: { env: { MODE: 'x' } }, depends_on: ['always'] },
)

function rebuild(path: string, body: unknown = {}, headers = {}) {
  return it.request<Build>(ownerToken, 'POST', `${path}/1/rebuild`, body, headers)
}

async function newBuild(more: Readonly<Record<string, unknown>> = {}): Promise<{ path: string; build: Build }> {
  const path = `${organization}/pipelines/${await it.newPipeline()}/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir: steps, ...more }
  const made = await it.request<Build>(ownerToken, 'POST', path, body)
  return { path, build: made.body }
}

async function contextOf(id: string | undefined) {
  const found = await it.server.engine.store.builds.load(id ?? '')
  if (found === undefined) throw new Error('there is no such build')
  return found
}

test('a rebuild has the next number, and the commit, archive, steps and environment of the first', async () => {
  const source = { source_b64: Buffer.from('archive').toString('base64') }
  const { path, build } = await newBuild({
    ...source,
    env: { MODE: 'x', KEEP: '1' },
    message: 'hello',
    branch: 'topic',
  })
  const made = await rebuild(path)
  expect(made.status).toBe(201)
  expect(made.headers.get('location')).toContain(`${path}/2`)
  expect(made.body).toMatchObject({ number: 2, rebuild_of: 1, branch: 'topic', commit: 'c', message: 'hello' })
  const [first, second] = [await contextOf(build.id), await contextOf(made.body.id)]
  expect(second.context.env).toEqual({ MODE: 'x', KEEP: '1' })
  expect(second.context.source).toEqual(first.context.source)
  expect(second.context.cache).toEqual(first.context.cache)
  expect(second.build.steps).toEqual(first.build.steps)
  expect(second.context.injectedEnv).toMatchObject({ HARMONT_BUILD_NUMBER: '2', HARMONT_EVENT: 'api' })
})

test('a rebuild may override variables, evaluates conditions again, and may run without the cache', async () => {
  const { path } = await newBuild({ env: { MODE: 'x', KEEP: '1' } })
  const made = await rebuild(path, { env: { MODE: 'y', NEW: '2' }, without_cache: true })
  const { build, context } = await contextOf(made.body.id)
  expect(context.env).toEqual({ MODE: 'y', KEEP: '1', NEW: '2' })
  expect(build.steps.map(({ conditionHolds }) => conditionHolds)).toEqual([true, false])
  expect(context.cache.read).toEqual([])
  expect(context.cache.write).toMatch(/\/uploads\/[0-9a-f-]{36}$/)
  const wrong = await rebuild(path, { env: { 'A-B': '1' } })
  expect([wrong.status, codeOf(wrong)]).toEqual([422, 'build_invalid'])
  expect((await rebuild(path)).body.number).toBe(3)
})

test('the rebuild of an invalid build is rejected again, and that of an unrendered build is rendered', async () => {
  const refused = await newBuild({ pipeline_ir: '{' })
  const again = await rebuild(refused.path)
  expect([again.status, codeOf(again)]).toEqual([422, 'build_plan_rejected'])
  const second = await it.request<Build>(ownerToken, 'GET', `${refused.path}/2`)
  expect(second.body).toMatchObject({ state: 'failed', error_code: 'invalid_json', rebuild_of: 1 })
  const { path } = await newBuild({ pipeline_ir: null, source_b64: '' })
  await it.request(ownerToken, 'PUT', `${path}/1/cancel`)
  const rendered = await rebuild(path)
  expect([rendered.status, rendered.body.state]).toEqual([201, 'scheduled'])
  expect((await contextOf(rendered.body.id)).build.render?.state).toBe('scheduled')
})

test('a pipeline without manual builds allows rebuilds of triggered builds only; an archived pipeline allows none', async () => {
  const { path, build } = await newBuild()
  const pipeline = path.replace(/\/builds$/, '')
  await it.request(ownerToken, 'PATCH', pipeline, { allow_manual: false })
  const byHand = await rebuild(path)
  expect([byHand.status, codeOf(byHand)]).toEqual([403, 'pipeline_manual_disabled'])
  await it.server.pool.query("update build_records set event = 'push', source = 'webhook' where id = $1", [build.id])
  expect((await rebuild(path)).status).toBe(201)
  // A rebuild of the rebuild is allowed too.
  expect((await it.request(ownerToken, 'POST', `${path}/2/rebuild`, {})).status).toBe(201)
  await it.request(ownerToken, 'PATCH', pipeline, { archived: true })
  expect(codeOf(await rebuild(path))).toBe('pipeline_archived')
})

test('one idempotency key creates one build, however often it is sent; another request under it is refused', async () => {
  const { path } = await newBuild()
  const key = { 'idempotency-key': 'rebuild-1' }
  const answers = await Promise.all(Array.from({ length: 8 }, () => rebuild(path, {}, key)))
  const made = answers.filter(({ status }) => status === 201)
  expect(new Set(made.map(({ body }) => body.number))).toEqual(new Set([2]))
  expect(answers.filter(({ status }) => status !== 201).map(codeOf)).toEqual(
    Array(8 - made.length).fill('idempotency_key_in_progress'),
  )
  expect((await rebuild(path, {}, key)).headers.get('idempotent-replayed')).toBe('true')
  expect(codeOf(await rebuild(path, { without_cache: true }, key))).toBe('idempotency_key_reused')
})

test('a build whose answer was lost with its process is not created twice', async () => {
  const path = `${organization}/pipelines/${await it.newPipeline()}/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir: steps }
  const key = { 'idempotency-key': 'create-1' }
  const first = await it.request<Build>(ownerToken, 'POST', path, body, key)
  // Simulates a process that was killed between the commit and its answer.
  await it.server.pool.query(
    "update idempotency_keys set status = null, headers = null, body = null, lease_until = now() - interval '1 second' where key = 'create-1'",
  )
  const again = await it.request<Build>(ownerToken, 'POST', path, body, key)
  expect([again.status, again.body.id, again.headers.get('idempotent-replayed')]).toEqual([201, first.body.id, 'true'])
  expect(again.headers.get('location')).toBe(first.headers.get('location'))
  const page = await it.request<{ data: Build[] }>(ownerToken, 'GET', path)
  expect(page.body.data).toHaveLength(1)
})

test('G11 concurrent rebuilds get numbers without a gap', async () => {
  const { path } = await newBuild()
  const answers = await Promise.all(Array.from({ length: 20 }, () => rebuild(path)))
  const numbers = answers.map(({ body }) => body.number).sort((a, b) => a - b)
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index + 2))
})

test('strangers cannot repeat a build, and a running build can be repeated', async () => {
  await it.server.pool.query('delete from engine.ready')
  const { path } = await newBuild()
  const { token } = await it.newUser('rebuild-stranger')
  expect((await it.request(token, 'POST', `${path}/1/rebuild`, {})).status).toBe(404)
  await playJob(it)
  expect((await rebuild(path)).status).toBe(201)
  expect(codeOf(await it.request(ownerToken, 'POST', `${path}/99/rebuild`, {}))).toBe('build_not_found')
})
