import { beforeAll, expect, test } from 'vitest'
import { ir, playJob } from '../../testing/runner.ts'
import { type Answer, codeOf, ownerToken, testServer } from '../../testing/server.ts'

const it = testServer()
const organization = '/api/v0/organizations/default'

interface Page {
  readonly data: readonly Record<string, unknown>[]
  readonly next_cursor: string | null
}

/** Creates one build of a pipeline in each state. */
async function pipeline(name: string, states: readonly ('passed' | 'failed' | 'waits')[]): Promise<void> {
  await it.newPipeline({ name, repository: `acme/${name}` })
  for (const [index, state] of states.entries()) {
    const body = {
      branch: index === states.length - 1 ? 'main' : 'topic',
      commit: `c${index}ffee`,
      message: `Change ${index} of ${name}`,
      pipeline_ir: ir({ key: 'compile', cmd: 'true', label: 'Compile' }),
    }
    await it.request(ownerToken, 'POST', `${organization}/pipelines/${name}/builds`, body)
    if (state !== 'waits') await (await playJob(it)).end({ exitCode: state === 'passed' ? 0 : 1 })
  }
}

beforeAll(async () => {
  await pipeline('green', ['failed', 'passed'])
  await pipeline('red', ['passed', 'failed'])
  await it.newPipeline({ name: 'empty', repository: 'acme/empty' })
  await pipeline('waiting', ['waits'])
})

const summaries = async (query = ''): Promise<Page> =>
  (await it.request<Page>(ownerToken, 'GET', `${organization}/pipeline-summaries?${query}`)).body
const slugs = ({ data }: Page) => data.map((each) => (each.pipeline as { slug: string }).slug)
const builds = (query = ''): Promise<Answer<Page>> => it.request(ownerToken, 'GET', `${organization}/builds?${query}`)
const names = ({ data }: Page) => data.map((build) => `${build.pipeline_slug}#${build.number}`)

test('pipelines are listed with their newest builds, and with the first failed step', async () => {
  const page = await summaries()
  expect(slugs(page)).toEqual(['waiting', 'empty', 'red', 'green'])
  expect(page.data[2]?.builds).toMatchObject([
    { number: 2, state: 'failed', failed_step: 'Compile', run_ms: expect.any(Number), queue_ms: expect.any(Number) },
    { number: 1, state: 'passed', failed_step: null },
  ])
  expect(page.data[0]?.builds).toMatchObject([{ state: 'scheduled', run_ms: null }])
})

test.for([
  ['sort=name', ['empty', 'green', 'red', 'waiting']],
  ['sort=failing', ['red', 'waiting', 'empty', 'green']],
  ['state=failing', ['red']],
  ['state=running', ['waiting']],
  ['state=never_built', ['empty']],
  ['q=ACME/GR', ['green']],
  ['q=nothing', []],
] as const)('pipelines are narrowed and sorted by %s', async ([query, wanted]) => {
  expect(slugs(await summaries(query))).toEqual(wanted)
})

test.for(['', 'sort=name', 'sort=failing'])('each pipeline is on one page, sorted by "%s"', async (query) => {
  const seen: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Page = await summaries(`${query}&limit=1&cursor=${cursor}`)
    seen.push(...slugs(page))
    cursor = page.next_cursor
  }
  expect(seen).toEqual(slugs(await summaries(query)))
})

test.for([
  ['', ['waiting#1', 'red#2', 'red#1', 'green#2', 'green#1']],
  ['state=failed', ['red#2', 'green#1']],
  ['state=failed,scheduled', ['waiting#1', 'red#2', 'green#1']],
  ['pipeline=red', ['red#2', 'red#1']],
  ['branch=topic', ['red#1', 'green#1']],
  ['commit=c1', ['red#2', 'green#2']],
  ['author=admin@localhost&pipeline=red', ['red#2', 'red#1']],
  ['author=somebody', []],
  ['q=of%20GREEN', ['green#2', 'green#1']],
  ['q=%232', ['red#2', 'green#2']],
  ['from=2020-01-01&to=2020-02-01', []],
  ['from=2020-01-01&source=api&limit=2', ['waiting#1', 'red#2']],
] as const)("an organization's builds are narrowed by %s", async ([query, wanted]) => {
  expect(names((await builds(query)).body)).toEqual(wanted)
})

test('each build is on one page, and a cursor with other filters is refused', async () => {
  const seen: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Page = (await builds(`limit=2&cursor=${cursor}`)).body
    seen.push(...names(page))
    cursor = page.next_cursor
    if (cursor !== null) expect(codeOf(await builds(`state=failed&cursor=${cursor}`))).toBe('invalid_cursor')
  }
  expect(seen).toHaveLength(5)
  expect(new Set(seen).size).toBe(5)
})

test('an invalid filter is refused, and an absent pipeline is 404', async () => {
  expect(codeOf(await builds('state=green'))).toBe('query_invalid')
  expect(codeOf(await builds('from=yesterday'))).toBe('query_invalid')
  expect(codeOf(await builds('pipeline=absent'))).toBe('pipeline_not_found')
})

test("a pipeline is failing while its default branch's newest build that passed or failed has failed", async () => {
  await it.server.pool.query('delete from engine.ready')
  const path = `${organization}/pipelines/${await it.newPipeline({ name: 'verdict' })}/builds`
  const build = async (branch: string, end: 'passed' | 'failed' | 'canceled' | 'runs') => {
    const body = { branch, commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
    const { number } = (await it.request<{ number: number }>(ownerToken, 'POST', path, body)).body
    if (end === 'canceled') await it.request(ownerToken, 'PUT', `${path}/${number}/cancel`)
    else {
      const job = await playJob(it)
      if (end !== 'runs') await job.end({ exitCode: end === 'passed' ? 0 : 1 })
    }
    return number
  }
  const failing = async () => slugs(await summaries('state=failing&q=verdict'))
  await build('main', 'passed')
  await build('topic', 'failed')
  expect(await failing()).toEqual([])
  await build('main', 'failed')
  await build('topic', 'passed')
  await build('main', 'canceled')
  const fork = { number: 1, title: null, url: 'https://forge.example/1', headRepository: 'fork/verdict', fork: true }
  await it.server.pool.query("update build_records set pull_request = $2 where commit = 'c' and number = $1", [
    await build('main', 'passed'),
    fork,
  ])
  await build('main', 'runs')
  expect(await failing()).toEqual(['verdict'])
  expect(slugs(await summaries('sort=failing'))[0]).toBe('verdict')
  await build('main', 'passed')
  expect(await failing()).toEqual([])
})

test('an upload that claims the default branch of a connected repository does not count, once the server has built a fetched commit', async () => {
  const { pool } = it.server
  const path = `${organization}/pipelines/${await it.newPipeline({ name: 'claimed', repository: 'acme/claimed' })}/builds`
  const build = async (refClass: 'fetched' | 'upload', exitCode: number) => {
    const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
    const { id } = (await it.request<{ id: string }>(ownerToken, 'POST', path, body)).body
    await pool.query('update build_records set ref_class = $2 where id = $1', [id, refClass])
    await (await playJob(it)).end({ exitCode })
  }
  await pool.query('delete from engine.ready')
  const failing = async () => slugs(await summaries('state=failing&q=claimed'))
  await build('fetched', 0)
  await build('upload', 1)
  // Without a connected repository, uploads count.
  expect(await failing()).toEqual(['claimed'])
  await pool.query(`
    with i as (insert into github_installations (number, account_id, account_login, account_type, organization_id)
           select 1, '1', 'acme', 'Organization', id from organizations where slug = 'default' returning id)
    insert into repositories (forge, external_id, github_installation_id, owner, name, clone_url, default_branch, is_private)
    select 'github', '1', id, 'Acme', 'claimed', 'https://github.com/acme/claimed.git', 'main', false from i`)
  expect(await failing()).toEqual([])
  await build('fetched', 1)
  await build('upload', 0)
  expect(await failing()).toEqual(['claimed'])
  expect(slugs(await summaries('sort=failing'))).toContain('claimed')
  await pool.query("update build_records set ref_class = 'upload' where ref_class = 'fetched'")
  expect(await failing()).toEqual([])
})

test('a build that was canceled before it began, and retried a day later, waits since the retry', async () => {
  const { pool, engine } = it.server
  const path = `${organization}/pipelines/${await it.newPipeline({ name: 'again' })}/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
  const { id } = (await it.request<{ id: string }>(ownerToken, 'POST', path, body)).body
  await it.request(ownerToken, 'PUT', `${path}/1/cancel`)
  const [job] = await engine.store.builds.jobs(id)
  const made = (await pool.query('select created_at from build_records where id = $1', [id])).rows[0].created_at
  const tried = made.getTime() + 24 * 3_600_000
  await engine.store.builds.apply(id, [{ type: 'retry', job: job?.id ?? '', at: tried }])
  const [waiting] = (await builds('pipeline=again')).body.data
  expect(Date.parse(String(waiting?.scheduled_at))).toBe(tried)
  await pool.query("update engine.builds set started_at = $2, state = 'running' where id = $1", [
    id,
    new Date(tried + 5_000),
  ])
  expect((await builds('pipeline=again')).body.data[0]).toMatchObject({ queue_ms: 5_000 })
})
