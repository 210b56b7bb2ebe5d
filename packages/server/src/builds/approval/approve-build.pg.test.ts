import type { components } from '@harmont/contract'
import { expect, test } from 'vitest'
import { findPipeline } from '../../organizations/pipelines/store.ts'
import { ir } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'
import { requestedFacts } from '../records/build-facts.ts'
import { submitBuild } from '../submit/submit-build.ts'
import { expireApprovals } from './tasks.ts'

type Build = components['schemas']['Build']

const it = testServer()
const organization = '/api/v0/organizations/default'
const day = 24 * 3600 * 1000

/** Creates a build of a fork's pull request, as its event would. */
async function newFork(
  more: object = {},
  held = true,
  steps: string | null = ir({ key: 'a', cmd: 'true' }),
): Promise<{ readonly id: string; readonly path: string }> {
  const { pool, engine } = it.server
  const slug = await it.newPipeline()
  const { rows } = await pool.query<{ id: string }>("select id from organizations where slug = 'default'")
  const organizationId = rows[0]?.id ?? ''
  const pipeline = await findPipeline(pool, organizationId, slug)
  if (pipeline === undefined) throw new Error('there is no such pipeline')
  const services = { pool, engine, publicUrl: 'http://harmont.test', runnerSecret: 'x' }
  const pullRequest = { number: 7, title: null, url: 'https://x.test/7', headRepository: 'eve/app', fork: true }
  const { id } = await submitBuild(services, {
    owner: { organizationId, organizationSlug: 'default' },
    pipeline,
    author: { userId: null, name: 'eve' },
    input: {
      branch: 'topic',
      commit: 'c',
      message: null,
      env: {},
      ir: steps,
      source: null,
      withoutCache: false,
    },
    facts: {
      ...requestedFacts('api'),
      event: 'pull_request',
      baseBranch: 'main',
      pullRequest,
      trust: 'fork',
      held,
    },
    ...more,
  })
  return { id, path: `${organization}/pipelines/${slug}/builds` }
}

const get = async (path: string) => (await it.request<Build>(ownerToken, 'GET', path)).body
const approve = (path: string, token = ownerToken) => it.request<Build>(token, 'POST', `${path}/approve`)

test('a build of a fork waits for approval, says so, and starts after an approval, which is recorded', async () => {
  const { id, path } = await newFork()
  await it.server.pool.query('delete from engine.ready')
  expect(await get(`${path}/1`)).toMatchObject({
    state: 'scheduled',
    wait_reason: 'approval',
    author: { user_uuid: null, name: 'eve', email: null },
    pull_request: { number: 7, base_branch: 'main', head_repository: 'eve/app', fork: true },
  })
  const jobs = await it.request<{ data: { wait_reason: string }[] }>(ownerToken, 'GET', `${path}/1/jobs`)
  expect(jobs.body.data.map(({ wait_reason }) => wait_reason)).toEqual(['approval'])
  const stranger = await it.newUser('approve-stranger')
  expect((await approve(`${path}/1`, stranger.token)).status).toBe(404)
  const approved = await approve(`${path}/1`)
  expect([approved.status, approved.body.wait_reason]).toEqual([200, 'runner'])
  expect(await it.server.engine.store.leases.take('test-runner', 5, it.server.engine.store.now())).toMatchObject([
    { buildId: id },
  ])
  const again = await approve(`${path}/1`)
  expect([again.status, codeOf(again)]).toEqual([409, 'approval_not_pending'])
  const { rows } = await it.server.pool.query(
    "select count(*)::int as n from audit_events where action = 'build.approved'",
  )
  expect(rows).toEqual([{ n: 1 }])
})

test('of twenty concurrent approvals at least one succeeds, and exactly one is recorded', async () => {
  const { id, path } = await newFork()
  const answers = await Promise.all(Array.from({ length: 20 }, () => approve(`${path}/1`)))
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1)
  expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true)
  const { rows } = await it.server.pool.query(
    `select count(*)::int as n from audit_events a join build_records r on r.id = $1 join pipelines p on p.id = r.pipeline_id
      where a.action = 'build.approved' and a.subject = p.slug || '/1'`,
    [id],
  )
  expect(rows).toEqual([{ n: 1 }])
})

test('a worker applies an approval whose process died', async () => {
  const { id, path } = await newFork()
  await it.server.pool.query('update build_records set approved_at = now() where id = $1', [id])
  await it.server.pool.query(
    "select graphile_worker.add_job('apply_approval', json_build_object('build_id', $1::text))",
    [id],
  )
  await expect.poll(async () => (await get(`${path}/1`)).wait_reason).toBe('runner')
})

test('a build that never waited, or has ended, cannot be approved', async () => {
  const { path } = await newFork()
  await it.request(ownerToken, 'PUT', `${path}/1/cancel`)
  expect(codeOf(await approve(`${path}/1`))).toBe('approval_not_pending')
  const slug = await it.newPipeline()
  const builds = `${organization}/pipelines/${slug}/builds`
  await it.request(ownerToken, 'POST', builds, {
    branch: 'main',
    commit: 'c',
    pipeline_ir: ir({ key: 'a', cmd: 'true' }),
  })
  expect(codeOf(await approve(`${builds}/1`))).toBe('approval_not_pending')
})

test('a build without approval is canceled after 14 days, with the reason', async () => {
  const { path } = await newFork()
  const { pool, engine } = it.server
  expect(await expireApprovals({ pool, engine }, new Date(Date.now() + 13 * day))).toBe(0)
  expect(await expireApprovals({ pool, engine }, new Date(Date.now() + 14 * day + 1000))).toBeGreaterThanOrEqual(1)
  expect(await get(`${path}/1`)).toMatchObject({ state: 'canceled', error_code: 'approval_expired' })
  expect(await expireApprovals({ pool, engine }, new Date(Date.now() + 14 * day + 1000))).toBe(0)
})

test("a rebuild of a fork's build also waits, unless the first one was approved", async () => {
  const { path } = await newFork()
  const rebuild = async (number: number) =>
    (await it.request<Build>(ownerToken, 'POST', `${path}/${number}/rebuild`, {})).body
  const waiting = await rebuild(1)
  expect(waiting.wait_reason).toBe('approval')
  await approve(`${path}/1`)
  const free = await rebuild(1)
  expect(free.wait_reason).toBe('runner')
  for (const { id } of [waiting, free])
    expect((await it.server.engine.store.builds.load(id ?? ''))?.context).toMatchObject({ trust: 'fork' })
})

test("the rebuild of a fork's build waits for approval when the first failed for lack of balance", async () => {
  const from = { kind: 'rejected', code: 'billing_insufficient_balance', message: 'Top up.' }
  const { path } = await newFork({ from }, false, null)
  const repeated = await it.request<Build>(ownerToken, 'POST', `${path}/1/rebuild`, {})
  expect([repeated.status, repeated.body.wait_reason]).toEqual([201, 'approval'])
})

test('G10 a build that is approved and canceled at the same time is canceled, and no job stays ready', async () => {
  const builds = await Promise.all(Array.from({ length: 10 }, () => newFork()))
  await Promise.all(
    builds.flatMap(({ path }) => [approve(`${path}/1`), it.request(ownerToken, 'PUT', `${path}/1/cancel`)]),
  )
  for (const { path } of builds) expect((await get(`${path}/1`)).state).toBe('canceled')
  const ids = builds.map(({ id }) => id)
  const ready = await it.server.pool.query('select from engine.ready where build_id = any($1)', [ids])
  expect(ready.rowCount).toBe(0)
  // Lists filter by the engine's state, so the two states must agree.
  const { rows } = await it.server.pool.query(
    'select r.state, b.state from build_records r join engine.builds b on b.id = r.id where r.state <> b.state',
  )
  expect(rows).toEqual([])
})
