import { createHash } from 'node:crypto'
import type { components } from '@harmont/contract'
import { expect, test } from 'vitest'
import { ir, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, publicUrl, testServer } from '../../testing/server.ts'

type Build = components['schemas']['Build']
interface Page {
  readonly data: Build[]
  readonly next_cursor: string | null
}

const it = testServer({ HARMONT_RENDER_WAIT_SECONDS: '1' })
const organization = '/api/v0/organizations/default'
const hello = ir({ key: 'hello', cmd: 'echo hello' })
const valid = { branch: 'main', commit: 'a'.repeat(40), pipeline_ir: hello }

function post(slug: string, body: unknown, token = ownerToken) {
  return it.request<Build>(token, 'POST', `${organization}/pipelines/${slug}/builds`, body)
}

test('nobody outside the organization creates, lists, reads or cancels builds', async () => {
  const slug = await it.newPipeline()
  expect((await post(slug, valid)).status).toBe(201)
  const stranger = await it.newUser('build-stranger')
  const paths = [
    ['POST', `/pipelines/${slug}/builds`],
    ['POST', '/builds'],
    ['GET', `/pipelines/${slug}/builds`],
    ['GET', `/pipelines/${slug}/builds/1`],
    ['PUT', `/pipelines/${slug}/builds/1/cancel`],
  ] as const
  for (const [method, path] of paths) {
    expect((await it.request(null, method, organization + path)).status).toBe(401)
    const answer = await it.request(stranger.token, method, organization + path)
    expect([answer.status, codeOf(answer)]).toEqual([404, 'organization_not_found'])
  }
})

test('G31 a build of another pipeline, an absent one and a malformed number give the same 404', async () => {
  const slug = await it.newPipeline()
  const other = await it.newPipeline()
  await post(other, valid)
  for (const number of ['1', '99', '0', '-1', '1e0', 'x', '99999999999999999999']) {
    const answer = await it.request(ownerToken, 'GET', `${organization}/pipelines/${slug}/builds/${number}`)
    expect([answer.status, codeOf(answer)]).toEqual([404, 'build_not_found'])
  }
})

test('the answer to a new build has its number, its address and the reason why it waits', async () => {
  const slug = await it.newPipeline()
  const made = await post(slug, { ...valid, message: 'hi', source: 'ui', env: { A: '1' } })
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({
    number: 1,
    pipeline_slug: slug,
    state: 'scheduled',
    wait_reason: 'runner',
    branch: 'main',
    message: 'hi',
    source: 'ui',
    started_at: null,
    finished_at: null,
    error_code: null,
    author: { name: 'admin', email: 'admin@localhost' },
    tag: null,
    pull_request: null,
    rebuild_of: null,
  })
  expect(made.body.scheduled_at).toMatch(/\.\d{6}Z$/)
  const path = `${organization}/pipelines/${slug}/builds/1`
  expect(made.headers.get('location')).toBe(publicUrl + path)
  expect((await it.request(ownerToken, 'GET', path)).body).toEqual(made.body)
  await it.request(ownerToken, 'PUT', `${path}/cancel`)
})

test('the engine gets the variables of the build, its facts and its archive', async () => {
  const slug = await it.newPipeline({ repository: 'https://github.com/acme/context.git', name: 'context' })
  const archive = Buffer.from('an archive')
  const { body } = await post(slug, {
    ...valid,
    env: { MODE: 'x' },
    source_b64: archive.toString('base64'),
    source_sha256: createHash('sha256').update(archive).digest('hex').toUpperCase(),
  })
  const loaded = await it.server.engine.store.builds.load(body.id ?? '')
  expect(loaded?.context.env).toEqual({ MODE: 'x' })
  expect(loaded?.context.injectedEnv).toMatchObject({
    HARMONT: 'true',
    CI: 'true',
    HARMONT_ORG: 'default',
    HARMONT_PIPELINE: slug,
    HARMONT_BUILD_NUMBER: '1',
    HARMONT_BUILD_URL: `${publicUrl}/default/pipelines/${slug}/builds/1`,
    HARMONT_BRANCH: 'main',
    HARMONT_COMMIT: valid.commit,
    HARMONT_EVENT: 'api',
    HARMONT_REPO: 'acme/context',
  })
  const sha256 = createHash('sha256').update(archive).digest('hex')
  expect(loaded?.context.source).toMatchObject({ kind: 'archive', sha256 })
  await it.request(ownerToken, 'PUT', `${organization}/pipelines/${slug}/builds/1/cancel`)
})

test.for([
  ['an empty branch', { branch: '' }],
  ['a long commit', { commit: 'x'.repeat(256) }],
  ['a long message', { message: 'x'.repeat(65_537) }],
  ['a source that does not exist', { source: 'cron' }],
  ['a variable name with a hyphen', { env: { 'A-B': '1' } }],
  ['a value that is no text', { env: { A: 1 } }],
  ['a value over 32 KiB', { env: { A: 'x'.repeat(32_769) } }],
  ['257 variables', { env: Object.fromEntries(Array.from({ length: 257 }, (_, n) => [`V${n}`, ''])) }],
  [
    'variables over 256 KiB',
    { env: Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`V${n}`, 'x'.repeat(30_000)])) },
  ],
  ['an archive that is not base64', { source_b64: '***' }],
  ['base64 without padding', { source_b64: 'QQ' }],
  ['a checksum that is no hex', { source_sha256: 'x'.repeat(64) }],
  ['a checksum of other bytes', { source_b64: 'QUJD', source_sha256: '0'.repeat(64) }],
  ['an address of this machine', { source_url: 'https://127.0.0.1/a.tgz' }],
  ['an address that is not https', { source_url: 'http://example.com/a.tgz' }],
  ['nothing to render from', { pipeline_ir: '  ' }],
] as const)('%s is refused, without row, number or archive', async ([, wrong]) => {
  const slug = await it.newPipeline()
  const answer = await post(slug, { ...valid, ...wrong })
  expect([answer.status, codeOf(answer)]).toEqual([422, 'build_invalid'])
  const made = await post(slug, valid)
  expect(made.body.number).toBe(1)
  await it.request(ownerToken, 'PUT', `${organization}/pipelines/${slug}/builds/1/cancel`)
})

test.for([
  ['invalid_json', '{'],
  ['empty_pipeline', ir()],
  ['duplicate_key', ir({ key: 'a', cmd: 'x' }, { key: 'a', cmd: 'y' })],
  ['unknown_dependency', ir({ key: 'a', cmd: 'x', depends_on: ['b'] })],
  ['bad_version', '{"version":"9","steps":[]}'],
] as const)('an IR with %s makes a failed build that keeps its number', async ([code, text]) => {
  const slug = await it.newPipeline()
  const answer = await post(slug, { ...valid, pipeline_ir: text })
  expect([answer.status, codeOf(answer)]).toEqual([422, 'build_plan_rejected'])
  expect(answer.body).toMatchObject({ error: { build: { pipeline_slug: slug, number: 1 } } })
  const build = await it.request<Build>(ownerToken, 'GET', `${organization}/pipelines/${slug}/builds/1`)
  expect(build.body).toMatchObject({ state: 'failed', error_code: code, started_at: null, wait_reason: null })
  expect(build.body.error_message).toMatch(code)
  expect(build.body.finished_at).not.toBeNull()
  const jobs = await it.request(ownerToken, 'GET', `${organization}/pipelines/${slug}/builds/1/jobs`)
  expect(jobs.body).toEqual({ data: [] })
  const next = await post(slug, valid)
  expect(next.body.number).toBe(2)
  await it.request(ownerToken, 'PUT', `${organization}/pipelines/${slug}/builds/2/cancel`)
})

test('the answer to a build without an IR waits for its rendering, and says `scheduled` when that takes longer', async () => {
  const slug = await it.newPipeline()
  const started = Date.now()
  const { status, body } = await post(slug, { branch: 'main', commit: 'c', pipeline_ir: null, source_b64: '' })
  expect([status, body.state]).toEqual([201, 'scheduled'])
  expect(Date.now() - started).toBeGreaterThanOrEqual(1000)
  const canceled = await it.request<Build>(ownerToken, 'PUT', `${organization}/pipelines/${slug}/builds/1/cancel`)
  expect(canceled.body.state).toBe('canceled')
})

test('a pipeline with triggers only refuses builds on both routes before reading the body', async () => {
  const slug = await it.newPipeline({ name: 'automatic', repository: 'acme/automatic' })
  await it.server.pool.query('update pipelines set allow_manual = false where slug = $1', [slug])
  const direct = await post(slug, '{"not json')
  expect([direct.status, codeOf(direct)]).toEqual([403, 'pipeline_manual_disabled'])
  const body = { ...valid, repo_name: 'acme/automatic', source_slug: 'automatic', source: 'webhook' }
  const bySource = await it.request(ownerToken, 'POST', `${organization}/builds`, body)
  expect([bySource.status, codeOf(bySource)]).toEqual([403, 'pipeline_manual_disabled'])
})

test('G11 numbers of 100 concurrent builds are unique, start at 1 and have no gaps', async () => {
  const slug = await it.newPipeline()
  const answers = await Promise.all(Array.from({ length: 100 }, () => post(slug, valid)))
  const numbers = answers.map(({ body }) => body.number).sort((a, b) => a - b)
  expect(numbers).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  await it.server.pool.query('delete from engine.ready')
})

test('the builds of a pipeline are listed newest first, each on one page', async () => {
  const slug = await it.newPipeline()
  for (let n = 0; n < 5; n += 1) await post(slug, { ...valid, pipeline_ir: '{' })
  const seen: number[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const path: string = `${organization}/pipelines/${slug}/builds?limit=2&cursor=${cursor}`
    const { body } = await it.request<Page>(ownerToken, 'GET', path)
    seen.push(...body.data.map(({ number }) => number))
    cursor = body.next_cursor
  }
  expect(seen).toEqual([5, 4, 3, 2, 1])
  const page = await it.request<Page>(ownerToken, 'GET', `${organization}/pipelines/${slug}/builds?limit=1`)
  const other = await it.newPipeline()
  const foreign = `${organization}/pipelines/${other}/builds?cursor=${page.body.next_cursor}`
  expect(codeOf(await it.request(ownerToken, 'GET', foreign))).toBe('invalid_cursor')
})

test('lists are filtered by state, branch, commit prefix and source', async () => {
  const slug = await it.newPipeline()
  await post(slug, { ...valid, pipeline_ir: '{', commit: 'abc123' })
  await post(slug, { ...valid, branch: 'topic', source: 'ui' })
  const numbers = async (query: string) => {
    const { body } = await it.request<Page>(ownerToken, 'GET', `${organization}/pipelines/${slug}/builds?${query}`)
    return body.data.map(({ number }) => number)
  }
  expect(await numbers('state=failed')).toEqual([1])
  expect(await numbers('state=scheduled,%20failed')).toEqual([2, 1])
  expect(await numbers('branch=topic')).toEqual([2])
  expect(await numbers('commit=abc')).toEqual([1])
  expect(await numbers('commit=%25')).toEqual([])
  expect(await numbers('source=ui')).toEqual([2])
  expect(await numbers('branch=topic&state=failed')).toEqual([])
  await it.request(ownerToken, 'PUT', `${organization}/pipelines/${slug}/builds/2/cancel`)
  expect(await numbers('state=canceled')).toEqual([2])
  const wrong = await it.request(ownerToken, 'GET', `${organization}/pipelines/${slug}/builds?state=odd`)
  expect([wrong.status, codeOf(wrong)]).toEqual([400, 'query_invalid'])
  const { body } = await it.request<Page>(ownerToken, 'GET', `${organization}/pipelines/${slug}/builds?limit=1`)
  const other = `${organization}/pipelines/${slug}/builds?state=failed&cursor=${body.next_cursor}`
  expect(codeOf(await it.request(ownerToken, 'GET', other))).toBe('invalid_cursor')
})

test('G07 canceling ends waiting jobs at once, and does not change ended ones', async () => {
  const slug = await it.newPipeline()
  await post(slug, valid)
  const path = `${organization}/pipelines/${slug}/builds/1`
  const first = await it.request<Build>(ownerToken, 'PUT', `${path}/cancel`)
  expect([first.status, first.body.state]).toEqual([200, 'canceled'])
  const again = await it.request<Build>(ownerToken, 'PUT', `${path}/cancel`)
  expect([again.status, again.body]).toEqual([200, first.body])
})

test('a running build is canceling, and becomes canceled when its job ends', async () => {
  const slug = await it.newPipeline()
  await post(slug, valid)
  const job = await playJob(it)
  const path = `${organization}/pipelines/${slug}/builds/1`
  expect((await it.request<Build>(ownerToken, 'GET', path)).body).toMatchObject({ state: 'running', wait_reason: null })
  expect((await it.request<Build>(ownerToken, 'PUT', `${path}/cancel`)).body.state).toBe('canceling')
  await job.end({ exitCode: 143 })
  expect((await it.request<Build>(ownerToken, 'GET', path)).body.state).toBe('canceled')
})
