import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { engineDatabaseAfter } from './engine-database.test-support.ts'
import { engineMigrations } from './migrations.ts'
import { PostgresStore } from './postgres-store.ts'

let config: pg.PoolConfig
let client: pg.Client
beforeEach(async () => {
  config = await engineDatabaseAfter(engineMigrations.slice(0, 1))
  client = new pg.Client(config)
  await client.connect()
})
afterEach(() => client.end())

/** Creates a build with one leased job, as the first release wrote it. */
async function firstRelease(): Promise<{ readonly build: string; readonly job: string }> {
  const [build, job] = [randomUUID(), randomUUID()]
  const context = {
    env: {},
    injectedEnv: {},
    cacheNamespace: 'org/trusted',
    origin: {},
    renderSlug: 'ci',
    source: { sha256: 'ab', blob: 'cd' },
  }
  await client.query(
    `insert into engine.builds (id, queue, created_at, version, state, cancel_requested, error_code, error_message, started_at, finished_at,
      deadline_at, timeout_seconds) values ($1, 'q', now(), 1, 'scheduled', false, null, null, null, null, null, null)`,
    [build],
  )
  await client.query("insert into engine.plans (build_id, context, steps) values ($1, $2, '[]')", [build, context])
  await client.query(
    `insert into engine.jobs (id, build_id, attempt, state, fence, lost, created_at, soft_failed, cached, version)
      values ($1, $2, 1, 'running', 1, 0, now(), false, false, 1)`,
    [job, build],
  )
  await client.query(
    `insert into engine.leases (job_id, build_id, runner, fence, expires_at, started, last_seq, spool_offset)
      values ($1, $2, 'r', 1, now() + interval '1 hour', true, 3, 0)`,
    [job, build],
  )
  return { build, job }
}

async function migrate(): Promise<void> {
  for (const { sql } of engineMigrations.slice(1)) await client.query(sql)
}

/**
 * Encodes a position in the form of the first release: a record's offset, an offset within it, and
 * dropped bytes.
 */
const firstPosition = (offset: number, skip: number, missing: number) => (offset * 2 ** 17 + skip) * 4 + missing

test('G53 builds and leases of the first release are read correctly', async () => {
  const { build, job } = await firstRelease()
  await client.query('update engine.leases set spool_offset = $1', [firstPosition(12_345_678_901, 77, 2)])
  await migrate()
  const store = await PostgresStore.open(config)
  const loaded = await store.builds.load(build)
  expect(loaded?.build).toMatchObject({ held: false, group: null, groupTurn: null, awaitsPlace: false })
  expect(loaded?.context).toMatchObject({
    cache: { read: ['org/trusted'], write: 'org/trusted' },
    trust: 'trusted',
    source: { kind: 'archive', sha256: 'ab', blob: 'cd' },
  })
  expect(loaded?.context).not.toHaveProperty('cacheNamespace')
  expect(await store.leases.of('r')).toMatchObject([{ jobId: job, lastSeq: 3, spoolPosition: '12345678901' }])
  const chunk = { seq: 4, kind: 0, content: Buffer.from('x'), ts: null } as const
  expect(await store.logs.append({ jobId: job, fence: 1 }, [chunk], '12345678950:0:7')).toBe(true)
  expect(await store.leases.of('r')).toMatchObject([{ spoolPosition: '12345678950:0:7' }])
  await store.close()
})

test('G53 statements of the first release work after the migration', async () => {
  await migrate()
  const { build } = await firstRelease()
  await client.query('update engine.leases set last_seq = 5, spool_offset = $1', [firstPosition(900, 0, 0)])
  await client.query("update engine.builds set version = 2, state = 'running' where id = $1", [build])
  const store = await PostgresStore.open(config)
  expect((await store.builds.load(build))?.build).toMatchObject({ held: false, state: 'running' })
  expect(await store.leases.of('r')).toMatchObject([{ lastSeq: 5, spoolPosition: '900' }])
  await store.close()
})

test('G53 a process without groups may end the build for which another waits', async () => {
  await migrate()
  const [holder, waiting] = [(await firstRelease()).build, (await firstRelease()).build]
  for (const [id, awaits] of [
    [holder, false],
    [waiting, true],
  ] as const)
    await client.query(
      `update engine.builds set group_key = 'k', group_name = 'g', group_limit = 1, group_when_full = 'queue', group_turn = created_at, awaits_place = $2
        where id = $1`,
      [id, awaits],
    )
  const store = await PostgresStore.open(config)
  await store.builds.settleGroups()
  expect((await store.builds.load(waiting))?.build.awaitsPlace).toBe(true)
  await client.query("update engine.builds set version = 2, state = 'passed', finished_at = now() where id = $1", [
    holder,
  ])
  await store.builds.settleGroups()
  expect((await store.builds.load(waiting))?.build.awaitsPlace).toBe(false)
  await store.close()
})

test('builds that were retried before the migration count the running time of their attempts', async () => {
  const { build, job } = await firstRelease()
  await client.query(
    "update engine.builds set started_at = '2026-01-01T00:00:00Z', finished_at = '2026-01-01T00:40:00Z' where id = $1",
    [build],
  )
  await client.query(
    `update engine.jobs set state = 'failed', started_at = '2026-01-01T00:00:00Z', finished_at = '2026-01-01T00:01:00Z' where id = $1`,
    [job],
  )
  await client.query(
    `insert into engine.jobs (id, build_id, attempt, previous_attempt, state, fence, lost, created_at, started_at, finished_at, soft_failed, cached, version)
      values ($1, $2, 2, $3, 'passed', 1, 0, '2026-01-01T00:38:00Z', '2026-01-01T00:39:00Z', '2026-01-01T00:40:00Z', false, false, 2)`,
    [randomUUID(), build, job],
  )
  const untouched = await firstRelease()
  await migrate()
  const { rows } = await client.query('select id, idle_ms::int from engine.builds')
  expect(rows).toEqual(
    expect.arrayContaining([
      { id: build, idle_ms: 38 * 60_000 },
      { id: untouched.build, idle_ms: 0 },
    ]),
  )
})
