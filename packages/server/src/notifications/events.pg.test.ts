/**
 * Tests the events recorded in the transactions that end builds, and the badges that show the
 * results.
 */
import { testKey } from '@harmont/engine'
import { SaxesParser } from 'saxes'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { requestedFacts } from '../builds/records/build-facts.ts'
import { submitBuild } from '../builds/submit/submit-build.ts'
import { findPipeline } from '../organizations/pipelines/store.ts'
import { ir, playJob } from '../testing/runner.ts'
import { ownerToken, testServer } from '../testing/server.ts'
import { endedBuild, newNotification } from './builds.test-support.ts'

// This role has no worker, so that recorded events stay.
const it = testServer({ HARMONT_ROLE: 'api', HARMONT_PUBLIC_URL: 'https://ci.example.com' })
const everything = { url: 'https://example.com/hook', events: ['broke', 'fixed', 'finished', 'approval', 'flaky'] }
beforeEach(() => it.server.pool.query('delete from notification_events'))
afterEach(() => it.server.pool.query('delete from notifications'))

async function noted(): Promise<readonly string[]> {
  const { rows } = await it.server.pool.query<{ number: number; events: string[]; state: string }>(
    'select r.number, e.events, e.state from notification_events e join build_records r on r.id = e.build_id order by e.id',
  )
  return rows.map(({ number, events, state }) => `${number} ${state}: ${events.join(', ')}`)
}

test('no event is recorded without a notification that wants it', async () => {
  await endedBuild(it, await it.newPipeline(), 1)
  expect(await noted()).toEqual([])
})

test('G126 the end of a build breaks or fixes its own branch only; a build that ends late changes nothing', async () => {
  await newNotification(it, everything)
  const slug = await it.newPipeline()
  for (const exitCode of [0, 1, 1, 0]) await endedBuild(it, slug, exitCode)
  await endedBuild(it, slug, 1, 'topic')
  expect(await noted()).toEqual([
    '1 passed: finished',
    '2 failed: broke, finished',
    '3 failed: finished',
    '4 passed: fixed, finished',
    '5 failed: broke, finished',
  ])
  await it.server.pool.query('delete from notification_events')
  const pipeline = `/api/v0/organizations/default/pipelines/${slug}`
  // A build with an invalid plan ends at its creation.
  const body = { branch: 'main', commit: 'c', pipeline_ir: '{"version":"0","steps":[{}]}' }
  expect((await it.request(ownerToken, 'POST', `${pipeline}/builds`, body)).status).toBe(422)
  expect(await noted()).toEqual(['6 failed: broke, finished'])
  await it.server.pool.query('delete from notification_events')
  // The fourth build passes again after a newer one has failed.
  await it.server.pool.query(
    `with p as (select id from pipelines where slug = $1),
       opened as (update build_records r set state = 'running' from p where r.pipeline_id = p.id and number = 4) select`,
    [slug],
  )
  await it.server.pool.query(
    "update build_records r set state = 'passed' from pipelines p where p.slug = $1 and r.pipeline_id = p.id and number = 4",
    [slug],
  )
  expect(await noted()).toEqual(['4 passed: finished'])
})

test('G126 two builds of a branch that end at the same time are compared in turn', async () => {
  await newNotification(it, everything)
  const slug = await it.newPipeline()
  for (const exitCode of [0, 0, 0]) await endedBuild(it, slug, exitCode)
  const { pool } = it.server
  const set =
    'update build_records r set state = $3 from pipelines p where p.slug = $1 and r.pipeline_id = p.id and number = $2'
  for (const number of [2, 3]) await pool.query(set, [slug, number, 'running'])
  await pool.query(
    'update branch_results b set number = 1 from pipelines p where p.slug = $1 and b.pipeline_id = p.id',
    [slug],
  )
  await pool.query('delete from notification_events')
  const [one, two] = [await pool.connect(), await pool.connect()]
  await one.query('begin')
  await two.query('begin')
  await one.query(set, [slug, 2, 'failed'])
  // This query waits for the other transaction.
  const second = two.query(set, [slug, 3, 'passed'])
  await one.query('commit')
  await second
  await two.query('commit')
  for (const client of [one, two]) client.release()
  expect(await noted()).toEqual(['2 failed: broke, finished', '3 passed: fixed, finished'])
})

test('neither an upload for a branch that the server fetches nor a rebuild of an older commit changes the branch', async () => {
  await newNotification(it, everything)
  const slug = await it.newPipeline({ repository: 'acme/shop' })
  const { pool } = it.server
  await endedBuild(it, slug, 0)
  await pool.query(
    `with i as (insert into github_installations (number, organization_id, account_id, account_login, account_type)
       select 5, id, '1', 'acme', 'User' from organizations where slug = 'default' returning id)
     insert into repositories (forge, external_id, github_installation_id, owner, name, clone_url, default_branch, is_private)
     select 'github', '17', id, 'acme', 'shop', 'https://github.example/acme/shop.git', 'main', true from i`,
  )
  await pool.query(
    "update branch_results b set ref_class = 'fetched' from pipelines p where p.id = b.pipeline_id and p.slug = $1",
    [slug],
  )
  await endedBuild(it, slug, 1)
  expect(await noted()).toEqual(['1 passed: finished', '2 failed: finished'])
  await pool.query(
    "update build_records r set rebuild_of = 1, ref_class = 'fetched', state = 'running' from pipelines p where p.id = r.pipeline_id and p.slug = $1 and number = 2",
    [slug],
  )
  await pool.query(
    'update branch_results b set number = 2 from pipelines p where p.id = b.pipeline_id and p.slug = $1',
    [slug],
  )
  await endedBuild(it, slug, 0)
  await pool.query(
    "update build_records r set rebuild_of = 1, ref_class = 'fetched' from pipelines p where p.id = r.pipeline_id and p.slug = $1 and number = 3",
    [slug],
  )
  await pool.query('delete from notification_events')
  for (const state of ['running', 'failed'])
    await pool.query(
      'update build_records r set state = $2 from pipelines p where p.id = r.pipeline_id and p.slug = $1 and number = 3',
      [slug, state],
    )
  expect(await noted()).toEqual(['3 failed: finished'])
})

test('G126 a build of a fork that waits for approval is recorded', async () => {
  await newNotification(it, everything)
  const { pool, engine } = it.server
  const { rows } = await pool.query<{ id: string }>("select id from organizations where slug = 'default'")
  const organizationId = rows[0]?.id ?? ''
  const pipeline = await findPipeline(pool, organizationId, await it.newPipeline())
  if (pipeline === undefined) throw new Error('there is no such pipeline')
  const pullRequest = { number: 7, title: null, url: 'https://x.test/7', headRepository: 'eve/app', fork: true }
  await submitBuild(
    { pool, engine, publicUrl: 'http://harmont.test', runnerSecret: 'x' },
    {
      owner: { organizationId, organizationSlug: 'default' },
      pipeline,
      author: { userId: null, name: 'eve' },
      input: {
        ...{ branch: 'main', commit: 'c', message: null, env: {}, source: null, withoutCache: false },
        ir: ir({ key: 'a', cmd: 'x' }),
      },
      facts: {
        ...requestedFacts('api'),
        event: 'pull_request',
        baseBranch: 'main',
        pullRequest,
        trust: 'fork',
        held: true,
      },
    },
  )
  expect(await noted()).toEqual(['1 scheduled: approval'])
})

test('tests that a proof shows to be flaky are recorded after the proof', async () => {
  await newNotification(it, { ...everything, events: ['flaky'] })
  const { probes, now } = it.server.engine.store
  const path = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'unit', cmd: 'x', tests: { forks: 2 } }) }
  await it.request(ownerToken, 'POST', path, body)
  const cases = ['a', 'b'].map((name) => ({ suite: 's', name, state: 'failed' }) as const)
  const tests = [{ path: 'junit.xml', format: 'junit', faults: 0, cases }] as const
  await (await playJob(it)).end({ exitCode: 1 }, { tests })
  for (const a of ['failed', 'passed'] as const) {
    expect(await noted()).toEqual([])
    const fork = await probes.take('test-runner', now())
    if (fork === null) throw new Error('expected a fork')
    const results = new Map([
      [testKey({ suite: 's', name: 'a' }), a],
      [testKey({ suite: 's', name: 'b' }), 'failed'],
    ] as const)
    const at = now()
    await probes.end(fork, at, { kind: 'ran', startedAt: at, endedAt: at + 400, exitCode: 1, results, log: [] })
  }
  expect(await noted()).toEqual(['1 failed: flaky'])
  const { rows } = await it.server.pool.query(
    'select array(select name from engine.test_cases c where c.id = any(e.tests)) as names from notification_events e',
  )
  expect(rows).toEqual([{ names: ['a'] }])
})

interface Settings {
  readonly access: string
  readonly url: string | null
  readonly markdown: string | null
}

const settingsPath = (slug: string) => `/api/v0/organizations/default/pipelines/${slug}/badge`
const set = async (slug: string, access: string) =>
  (await it.request<Settings>(ownerToken, 'PUT', settingsPath(slug), { access })).body
const get = (path: string, headers = {}) => it.request<string>(null, 'GET', path, undefined, headers)

/** Returns the text of an SVG, which must be well formed. */
function textOf(svg: string): string {
  const parts: string[] = []
  const parser = new SaxesParser({ xmlns: true })
  parser.on('text', (text) => parts.push(text))
  parser.on('error', (error) => {
    throw error
  })
  parser.write(svg).close()
  return parts.join(' ')
}

test('G128 a badge that is off has the same response as a pipeline that does not exist', async () => {
  const slug = await it.newPipeline()
  const off = await get(`/badges/default/${slug}.svg`)
  const absent = await get('/badges/default/absent.svg')
  const { url } = await set(slug, 'token')
  const { pathname } = new URL(url ?? '')
  const wrong = await get(`${pathname}?token=x`)
  const without = await get(pathname)
  const errorOf = (answer: { readonly body: unknown }) => ({
    ...(answer.body as { error: object }).error,
    request_id: null,
  })
  for (const answer of [off, absent, wrong, without]) {
    expect(answer.status).toBe(404)
    expect(errorOf(answer)).toEqual(errorOf(off))
  }
})

test('a badge shows the newest passed or failed build of a branch, as a well-formed SVG that proxies cache for a minute', async () => {
  const slug = await it.newPipeline()
  const { markdown } = await set(slug, 'public')
  expect(markdown).toMatch(
    new RegExp(
      `^\\[!\\[${slug}\\]\\(https://ci\\.example\\.com/badges/default/${slug}\\.svg\\)\\]\\(https://ci\\.example\\.com/default/pipelines/${slug}\\)$`,
    ),
  )
  const path = `/badges/default/${slug}.svg`
  expect(textOf((await get(path)).body)).toContain('no builds')
  await endedBuild(it, slug, 0)
  const first = await get(path)
  expect(first.headers.get('content-type')).toBe('image/svg+xml')
  expect(first.headers.get('cache-control')).toBe('max-age=60')
  expect(textOf(first.body)).toContain('passing')
  const etag = first.headers.get('etag') ?? ''
  expect((await get(path, { 'if-none-match': etag })).status).toBe(304)
  await endedBuild(it, slug, 1)
  const second = await get(path, { 'if-none-match': etag })
  expect(textOf(second.body)).toContain('failing')
  const branch = '<b>&"\'</b>'
  await endedBuild(it, slug, 0, branch)
  expect(textOf((await get(`${path}?branch=${encodeURIComponent(branch)}`)).body)).toMatch(/<b>&"'<\/b>.*passing/)
})

test('a badge with a token requires it, until the token is replaced', async () => {
  const slug = await it.newPipeline()
  const { url } = await set(slug, 'token')
  const { pathname, search } = new URL(url ?? '')
  expect((await get(pathname + search)).status).toBe(200)
  expect((await it.request<Settings>(ownerToken, 'GET', settingsPath(slug))).body.url).toBe(url)
  const again = await set(slug, 'token')
  expect(again.url).not.toBe(url)
  expect((await get(pathname + search)).status).toBe(404)
  const { rows } = await it.server.pool.query('select p::text as row from pipelines p where slug = $1', [slug])
  expect(rows[0].row).not.toContain(new URL(again.url ?? '').searchParams.get('token'))
})
