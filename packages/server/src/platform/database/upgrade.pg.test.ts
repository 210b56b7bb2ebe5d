/** Upgrades a filled database of the previous release, and continues its builds. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { engineMigrations } from '@harmont/engine'
import type pg from 'pg'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { serve } from '../../main/serve.ts'
import { databaseUrl, freshDatabase } from '../../testing/database.ts'
import { hashToken } from '../encryption/token.ts'
import { readSettings } from '../settings/read-settings.ts'
import { migrate, readMigrations } from './migrate.ts'

const token = 'a-key-of-the-release-before'
const ids = { user: randomUUID(), organization: randomUUID(), pipeline: randomUUID() }

/** The previous release: the first migration of each package. */
async function oldDatabase(): Promise<pg.Pool> {
  const pool = await freshDatabase()
  const server = await readMigrations(`${import.meta.dirname}/migrations`, 'server')
  await migrate(
    pool,
    [...engineMigrations, ...server].filter(({ name }) => name.includes('/0001-')),
  )
  await pool.query("insert into users (id, email, name) values ($1, 'ada@example.com', 'Ada')", [ids.user])
  await pool.query("insert into organizations (id, slug, name, personal_of) values ($1, 'ada', 'Ada', $2)", [
    ids.organization,
    ids.user,
  ])
  await pool.query("insert into memberships (organization_id, user_id, role) values ($1, $2, 'owner')", [
    ids.organization,
    ids.user,
  ])
  await pool.query("insert into api_keys (id, user_id, description, token_hash) values ($1, $2, 'old', $3)", [
    randomUUID(),
    ids.user,
    hashToken(token),
  ])
  await pool.query(
    `insert into pipelines (id, organization_id, slug, name, repository, repo_name, source_slug, default_branch, last_build_number)
     values ($1, $2, 'ci', 'ci', 'ada/app', 'ada/app', 'ci', 'main', 2)`,
    [ids.pipeline, ids.organization],
  )
  return pool
}

const step = {
  ...{ key: 'test', name: 'test', command: 'make test', env: {}, secrets: {}, image: 'host', buildsIn: null },
  ...{ dependsOn: [], cacheKey: null, timeoutSeconds: 3600, retry: null, softFail: null, continueOnFailure: false },
  ...{ condition: null, resources: { cpu: 2, memoryGb: 4, diskGb: 20 }, conditionHolds: true },
}
const context = {
  ...{ env: {}, injectedEnv: {}, cacheNamespace: `${ids.organization}/trusted`, origin: {}, renderSlug: null },
  source: { sha256: 'a'.repeat(64), blob: 'a-blob' },
  conditionContext: { event: 'api', branch: 'main', baseBranch: null, tag: null, changed: null, env: {}, local: false },
}

/** Inserts a build with the columns of the previous release only. */
async function oldBuild(pool: pg.Pool, number: number, state: 'passed' | 'scheduled'): Promise<void> {
  const [id, job] = [randomUUID(), randomUUID()]
  const ended = state === 'passed' ? new Date() : null
  await pool.query(
    `insert into engine.builds (id, queue, state, cancel_requested, created_at, started_at, finished_at, version)
     values ($1, $2, $3, false, now() - interval '1 minute', $4::timestamptz - interval '30 s', $4, 1)`,
    [id, ids.organization, state, ended],
  )
  await pool.query('insert into engine.plans (build_id, context, steps) values ($1, $2, $3)', [
    id,
    JSON.stringify(context),
    JSON.stringify([step]),
  ])
  await pool.query(
    `insert into engine.jobs (id, build_id, step, attempt, state, fence, lost, created_at, scheduled_at, started_at, finished_at, exit_code, soft_failed, cached, version)
     values ($1, $2, 0, 1, $3, $4, 0, now(), now(), $5::timestamptz - interval '30 s', $5, $6, false, false, 1)`,
    [job, id, state, ended === null ? 0 : 1, ended, ended === null ? null : 0],
  )
  if (state === 'scheduled')
    await pool.query('insert into engine.ready (job_id, build_id, queue, ready_at) values ($1, $2, $3, now())', [
      job,
      id,
      ids.organization,
    ])
  await pool.query(
    `insert into build_records (id, pipeline_id, number, branch, commit, message, source, author_id, source_blob)
     values ($1, $2, $3, 'main', 'c0ffee', null, 'api', $4, 'a-blob')`,
    [id, ids.pipeline, number, ids.user],
  )
}

test('G53 an upgrade keeps builds, keys and organizations, old processes may continue, and waiting builds run', async () => {
  const pool = await oldDatabase()
  await oldBuild(pool, 1, 'passed')
  const directory = await mkdtemp('/var/tmp/harmont-upgrade-')
  const settings = readSettings({
    ...{ HARMONT_DATA_DIR: directory, HARMONT_DATABASE_URL: databaseUrl(pool), HARMONT_RUNNER: 'off' },
    ...{ HARMONT_PUBLIC_URL: 'http://harmont.test', HARMONT_DRAIN_SECONDS: '0' },
  })
  const server = await serve({
    settings: { ...settings, port: 0 },
    log: pino({ level: 'silent' }),
    validateResponses: true,
  })
  onTestFinished(async () => {
    await server.stop()
    await rm(directory, { recursive: true })
  })
  // A process of the previous release still writes only the columns it knows.
  await oldBuild(pool, 2, 'scheduled')
  const get = async (path: string) => {
    const response = await fetch(`${server.url}/api/v0${path}`, { headers: { authorization: `Bearer ${token}` } })
    return (await response.json()) as { data: Record<string, unknown>[] }
  }
  expect((await get('/organizations')).data).toMatchObject([{ slug: 'ada' }])
  expect((await get('/organizations/ada/pipelines')).data).toMatchObject([{ slug: 'ci', fork_policy: 'approval' }])
  const builds = async () => (await get('/organizations/ada/builds')).data
  expect(await builds()).toMatchObject([
    { number: 2, state: 'scheduled', wait_reason: 'runner', author: { name: 'Ada' } },
    { number: 1, state: 'passed' },
  ])
  expect(await get('/organizations/ada/pipelines/ci/builds/1/view')).toMatchObject({ jobs: [{ state: 'passed' }] })
  const { store } = server.engine
  const [lease] = await store.leases.take('test', 1, store.now())
  if (lease === undefined) throw new Error('the build of the release before is not ready')
  const { jobId: job, buildId, fence } = lease
  expect((await store.builds.load(buildId))?.context).toMatchObject({
    source: { kind: 'archive', blob: 'a-blob' },
    cache: { read: [`${ids.organization}/trusted`], write: `${ids.organization}/trusted` },
    trust: 'trusted',
  })
  const outcome = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const
  await store.builds.apply(buildId, [
    { type: 'started', job, fence, at: Date.now() },
    { type: 'ended', job, fence, at: Date.now(), outcome },
  ])
  expect(await builds()).toMatchObject([{ state: 'passed' }, { state: 'passed' }])
})

test('G126 an event that waits during an upgrade is delivered to the notifications that wanted it', async () => {
  const pool = await oldDatabase()
  await oldBuild(pool, 1, 'passed')
  const server = await readMigrations(`${import.meta.dirname}/migrations`, 'server')
  const all = [...engineMigrations, ...server]
  await migrate(
    pool,
    all.filter(({ name }) => name !== 'server/0041-wanted-events.sql'),
  )
  const add = async (events: readonly string[], disabledAt: Date | null) => {
    const { rows } = await pool.query<{ id: string }>(
      `insert into notifications (id, organization_id, kind, events, target, disabled_at)
       values (gen_random_uuid(), $1, 'webhook', $2, 'example.com', $3) returning id`,
      [ids.organization, events, disabledAt],
    )
    return rows[0]?.id
  }
  const wanting = await add(['finished'], null)
  await add(['approval'], null)
  await add(['finished'], new Date())
  await pool.query(
    "insert into notification_events (build_id, events, state, at) select id, array['finished'], 'passed', now() from build_records",
  )
  await migrate(pool, all)
  const { rows } = await pool.query('select wanted_by from notification_events')
  expect(rows).toEqual([{ wanted_by: [wanting] }])
})
