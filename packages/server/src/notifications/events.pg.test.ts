/** What is noted of builds, in the transactions that end them. */
import { afterAll, beforeEach, expect, test } from 'vitest'
import { ownerToken, testServer } from '../testing/server.ts'
import { endedBuild, newNotification } from './builds.test-support.ts'

// No worker: what is noted stays.
const it = testServer({ HARMONT_ROLE: 'api' })
const everything = { url: 'https://example.com/hook', events: ['broke', 'fixed', 'finished', 'approval', 'flaky'] }
beforeEach(() => it.server.pool.query('delete from notification_events'))
afterAll(() => it.server.pool.query('delete from notifications'))

async function noted(): Promise<readonly string[]> {
  const { rows } = await it.server.pool.query<{ number: number; events: string[]; state: string }>(
    'select r.number, e.events, e.state from notification_events e join build_records r on r.id = e.build_id order by e.id',
  )
  return rows.map(({ number, events, state }) => `${number} ${state}: ${events.join(', ')}`)
}

test('nothing is noted where nobody is to be told', async () => {
  await endedBuild(it, await it.newPipeline(), 1)
  expect(await noted()).toEqual([])
})

test('G126 an end says what it changes for its branch: each branch, and a build that ends late says nothing new', async () => {
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
  // A build that cannot be planned ends as it is made.
  const body = { branch: 'main', commit: 'c', pipeline_ir: '{"version":"0","steps":[{}]}' }
  expect((await it.request(ownerToken, 'POST', `${pipeline}/builds`, body)).status).toBe(422)
  expect(await noted()).toEqual(['6 failed: broke, finished'])
  await it.server.pool.query('delete from notification_events')
  // The fourth fails at last, when a newer one has been decided.
  await it.server.pool.query(
    `with p as (select id from pipelines where slug = $1),
       opened as (update build_records r set state = 'running' from p where r.pipeline_id = p.id and number = 4) select`,
    [slug],
  )
  await it.server.pool.query(
    "update build_records r set state = 'failed' from pipelines p where p.slug = $1 and r.pipeline_id = p.id and number = 4",
    [slug],
  )
  expect(await noted()).toEqual(['4 failed: finished'])
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
  // Waits for the other.
  const second = two.query(set, [slug, 3, 'passed'])
  await one.query('commit')
  await second
  await two.query('commit')
  for (const client of [one, two]) client.release()
  expect(await noted()).toEqual(['2 failed: broke, finished', '3 passed: fixed, finished'])
})

test('an upload changes nothing for a branch that the server fetches, nor a rebuild of an older commit', async () => {
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
