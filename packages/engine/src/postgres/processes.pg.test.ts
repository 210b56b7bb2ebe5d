/**
 * Tests of the PostgreSQL store beyond the common suite: foreign transactions, other processes,
 * lost connections, plans.
 */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Created, createBuild, type NewBuild } from '../core/create-build.ts'
import { defaultLimits } from '../core/limits.ts'
import { plainPlan } from '../core/random-plan.test-support.ts'
import { plainContext } from '../plain-context.test-support.ts'
import { createLocalPort } from '../scheduler/local-port.ts'
import type { Lease } from '../store.ts'
import { liveSnapshotsText } from './builds.ts'
import { engineDatabase } from './engine-database.test-support.ts'
import { overdueText } from './leases.ts'
import { changesChannel } from './notifier.ts'
import { PostgresStore, type PostgresStoreOptions } from './postgres-store.ts'
import { rowsRead } from './rows-read.test-support.ts'
import { createPlain, submitCreated } from './submit-build.test-support.ts'
import { transaction } from './transaction.ts'
import { candidatesText, sharedCandidatesText } from './waiting/fair-scan.ts'

const at = 1_700_000_000_000
const passed = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const

let config: pg.PoolConfig
let pool: pg.Pool
let store: PostgresStore
const stores: PostgresStore[] = []

async function openStore(options: PostgresStoreOptions = {}): Promise<PostgresStore> {
  const opened = await PostgresStore.open(config, options)
  stores.push(opened)
  return opened
}

beforeEach(async () => {
  config = await engineDatabase()
  pool = new pg.Pool(config)
  store = await openStore({ warn: () => {} })
})
afterEach(async () => {
  for (const each of stores.splice(0)) await each.close()
  await pool.end()
})

const newBuild = (steps: Parameters<typeof createPlain>[0], queue = 'q') => createPlain(steps, { queue, at })

function create(from: NewBuild['from'], queue = 'q'): Created {
  return createBuild(
    { id: randomUUID(), queue, at, held: false, from },
    { newId: () => randomUUID(), limits: defaultLimits },
  )
}

const submit = (created: Created) => submitCreated(pool, store, created)

const wide = (size: number) => Array.from({ length: size }, () => ({}))
const started = ({ jobId: job, fence }: Lease) => ({ type: 'started', job, fence, at }) as const
const ended = ({ jobId: job, fence }: Lease) => ({ type: 'ended', job, fence, at, outcome: passed }) as const
const cancel = { type: 'cancel', at } as const

async function versionOf(id: string): Promise<number> {
  const { rows } = await pool.query<{ version: string }>('select version from engine.builds where id = $1', [id])
  return Number(rows[0]?.version)
}

/** Locks a build's row, as another process would, until the returned function is called. */
async function lockElsewhere(id: string): Promise<() => Promise<void>> {
  const client = await pool.connect()
  await client.query('begin')
  await client.query('select from engine.builds where id = $1 for update', [id])
  return async () => {
    await client.query('commit')
    client.release()
  }
}

test('a build is written together with the rows of its owner, or not at all', async () => {
  await pool.query('create table own_builds (id uuid primary key)')
  const created = newBuild(wide(3))
  const write = async (client: pg.ClientBase) => {
    await client.query('insert into own_builds values ($1)', [created.build.id])
    await store.builds.submit(client, created, plainContext)
  }
  const broken = transaction(pool, async (client) => {
    await write(client)
    throw new Error('the server changed its mind')
  })
  await expect(broken).rejects.toThrow('changed its mind')
  expect(await store.builds.load(created.build.id)).toBeUndefined()
  expect(await store.leases.take('r', 3, at)).toEqual([])
  await transaction(pool, write)
  expect(await store.leases.take('r', 5, at)).toHaveLength(3)
})

test('events of one build that arrive together share a transaction', async () => {
  const id = await submit(newBuild(wide(40)))
  const leases = await store.leases.take('r', 40, at)
  expect(leases).toHaveLength(40)
  const before = await versionOf(id)
  const answers = await Promise.all(leases.map((lease) => store.builds.apply(id, [started(lease)])))
  expect(answers.map((answer) => answer?.taken)).toEqual(leases.map(() => [true]))
  expect((await versionOf(id)) - before).toBeLessThanOrEqual(2)
})

test('G01 two processes that change one build at the same time never accept the same event twice', async () => {
  const other = await openStore()
  const id = await submit(newBuild(wide(30)))
  const leases = [...(await store.leases.take('r', 15, at)), ...(await other.leases.take('s', 15, at))]
  expect(new Set(leases.map(({ jobId }) => jobId)).size).toBe(30)
  const both = leases.flatMap((lease) => [
    store.builds.apply(id, [started(lease)]),
    other.builds.apply(id, [started(lease)]),
  ])
  const taken = (await Promise.all(both)).flatMap((answer) => answer?.taken ?? [])
  expect(taken.filter(Boolean)).toHaveLength(30)
  const ends = await Promise.all(leases.map((lease, n) => (n % 2 ? store : other).builds.apply(id, [ended(lease)])))
  expect(ends.flatMap((answer) => answer?.effects ?? []).filter(({ type }) => type === 'build_ended')).toHaveLength(1)
  expect((await store.builds.load(id))?.build.state).toBe('passed')
  expect((await other.builds.load(id))?.build).toEqual((await store.builds.load(id))?.build)
})

test('other processes are notified of new chunks, changed builds, ready jobs and stops', async () => {
  const other = await openStore()
  const heard = new Set<string>()
  other.changes.onReady(() => heard.add('ready'))
  other.changes.onStop(({ job, fence, reason }) => heard.add(`stop ${job} ${fence} ${reason}`))
  const created = newBuild(wide(1))
  const id = created.build.id
  other.changes.onBuild(id, () => heard.add('build'))
  await submit(created)
  const [lease] = await store.leases.take('r', 1, at)
  if (!lease) throw new Error('nothing to lease')
  other.changes.onJob(lease.jobId, () => heard.add('job'))
  await store.logs.append(lease, [{ seq: 1, kind: 0, content: Buffer.from('x'), ts: null }], '1')
  await store.builds.apply(id, [cancel])
  await expect.poll(() => [...heard].sort()).toEqual(['build', 'job', 'ready', `stop ${lease.jobId} 1 cancel`])
})

test('other processes are notified of builds by queue, and of all queues if a process of an older release names none', async () => {
  const other = await openStore()
  const heard: string[] = []
  for (const queue of ['q', 'neighbour']) other.changes.onQueue(queue, () => heard.push(queue))
  const { promise: readyHeard, resolve } = Promise.withResolvers<void>()
  other.changes.onReady(resolve)
  const id = await submit(newBuild(wide(1), 'neighbour'))
  // This notice comes after the events of builds.
  await readyHeard
  expect(heard).toEqual(['neighbour'])
  await pool.query('select pg_notify($1, $2)', [changesChannel, JSON.stringify({ from: 'older', builds: [id] })])
  await expect.poll(() => heard).toEqual(['neighbour', 'q', 'neighbour'])
})

test(`the outbox's rows and the end of a job are stored together or not at all`, async () => {
  await pool.query('create table ends (build_id uuid, states text[])')
  let broken = true
  const careful = await openStore({
    outbox: async (client, { buildId, endedJobs }) => {
      if (endedJobs.length === 0) return
      await client.query('insert into ends values ($1, $2)', [buildId, endedJobs.map(({ state }) => state)])
      if (broken) throw new Error('the outbox is broken')
    },
  })
  const id = await submit(newBuild(wide(1)))
  const [lease] = await careful.leases.take('r', 1, at)
  if (!lease) throw new Error('nothing to lease')
  await careful.builds.apply(id, [started(lease)])
  await expect(careful.builds.apply(id, [ended(lease)])).rejects.toThrow('outbox is broken')
  expect((await pool.query('select from ends')).rowCount).toBe(0)
  expect((await careful.builds.load(id))?.build.jobs[0]?.state).toBe('running')
  broken = false
  expect((await careful.builds.apply(id, [ended(lease)]))?.taken).toEqual([true])
  expect((await pool.query('select * from ends')).rows).toEqual([{ build_id: id, states: ['passed'] }])
})

/** Limited to the current database, because other tests use the same server. */
const waitsForLock = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"

test('G02 a lost connection is an error, and its decisions are discarded', async () => {
  const warnings: unknown[] = []
  const shaken = await openStore({ warn: (error) => warnings.push(error) })
  const id = await submit(newBuild(wide(2)))
  const [lease] = await shaken.leases.take('r', 1, at)
  if (!lease) throw new Error('nothing to lease')
  const unlock = await lockElsewhere(id)
  const lost = shaken.builds.apply(id, [started(lease)])
  lost.catch(() => {}) // awaited below, after the connection was cut
  await expect.poll(async () => (await pool.query(waitsForLock)).rowCount).toBe(1)
  await pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'harmont-engine' and datname = current_database()",
  )
  await expect(lost).rejects.toThrow()
  await unlock()
  // The store may use one of its other connections until it notices their end.
  const states = async () => (await shaken.builds.load(id))?.build.jobs.map(({ state }) => state).sort()
  await expect.poll(states).toEqual(['assigned', 'scheduled'])
  expect((await shaken.builds.apply(id, [started(lease)]))?.taken).toEqual([true])
  // The store listens again automatically, and then all processes look for work.
  const woken = new Promise<void>((resolve) => shaken.changes.onReady(resolve))
  await woken
  expect(warnings.length).toBeGreaterThan(0)
})

test('G02 a renewal holds no lease while it waits for leases that a change has locked', async () => {
  const id = await submit(newBuild(wide(2)))
  const jobs = (await store.leases.take('r', 2, at)).map(({ jobId }) => jobId).toSorted()
  const lock = (client: pg.ClientBase, job = '') =>
    client.query('select from engine.leases where job_id = $1 for update', [job])
  const waits =
    "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() and query like '%engine.leases%'"
  const renewed = await transaction(pool, async (client) => {
    await lock(client, jobs[1])
    const renewing = store.leases.renew('r', at + 60_000)
    renewing.catch(() => undefined) // its caller hears
    await expect.poll(async () => (await pool.query(waits)).rowCount).toBe(1)
    await lock(client, jobs[0])
    return { renewing }
  })
  const leases = await renewed.renewing
  expect(leases.map(({ jobId }) => jobId).toSorted()).toEqual(jobs)
  expect(new Set(leases.map(({ expiresAt }) => expiresAt))).toEqual(new Set([at + 90_000]))
  expect((await store.leases.of('r')).map(({ buildId }) => buildId)).toEqual([id, id])
})

test('leasing does not wait for a build that another process has locked if another build is free', async () => {
  const held = await submit(newBuild(wide(2), 'a'))
  const free = await submit(newBuild(wide(1), 'b'))
  const unlock = await lockElsewhere(held)
  expect((await store.leases.take('r', 2, at)).map(({ buildId }) => buildId)).toEqual([free])
  const waiting = store.leases.take('r', 2, at)
  await unlock()
  expect((await waiting).map(({ buildId }) => buildId)).toEqual([held, held])
})

test.each([
  ['one organization', { pool: null, labels: null, queues: ['b', 'z'] }],
  ['one pool', { pool: 'default', labels: null, queues: null }],
  ['a label', { pool: null, labels: ['gpu'], queues: null }],
])('a runner of %s finds its job behind many organizations with waiting jobs', async (_, reach) => {
  await pool.query(
    `insert into engine.ready (job_id, build_id, queue, ready_at, pool, labels)
      select gen_random_uuid(), gen_random_uuid(), 'a' || n, $1, 'gpu', array['large'] from generate_series(1, 500) n`,
    [new Date(at)],
  )
  const id = await submit(newBuild(wide(1), 'z'))
  expect((await store.leases.take('r', 1, at, reach)).map(({ buildId }) => buildId)).toEqual([id])
  expect(await store.leases.take('r', 1, at, reach)).toEqual([])
})

test('a process that has read a build before its lease accepts what the holder of the lease asks', async () => {
  const other = await openStore()
  const id = await submit(newBuild(wide(1)))
  const unasked = () => Promise.reject(new Error('expected no request for a source or secrets'))
  const port = createLocalPort({ store: other, sources: { offer: unasked }, secrets: { of: unasked }, log: () => {} })
  // This process now knows the build without a lease.
  expect((await other.builds.known(id))?.build.jobs[0]?.state).toBe('scheduled')
  const [lease] = await store.leases.take('r', 1, at)
  if (!lease) throw new Error('nothing to lease')
  const files = [{ path: 'a.test', bytes: 1 }]
  expect(await port.dealFiles(lease, { files: '*.test', total: 1 }, files)).not.toBeNull()
  const newer = { ...lease, fence: lease.fence + 1 }
  expect(await port.dealFiles(newer, { files: '*.test', total: 1 }, files)).toBeNull()
})

test('an event that cannot be decided does not affect other events of its turn', async () => {
  const id = await submit(create({ kind: 'render' }))
  const [lease] = await store.leases.take('r', 1, at)
  if (!lease) throw new Error('nothing to lease')
  const { jobId: job, fence } = lease
  await store.builds.apply(id, [started(lease)])
  const bad = store.builds.apply(id, [{ type: 'rendered', job, fence, at, plan: plainPlan([{}]), conditions: [] }])
  const good = store.builds.apply(id, [cancel])
  await expect(bad).rejects.toThrow('condition')
  expect((await good)?.taken).toEqual([true])
  expect((await store.builds.load(id))?.build.state).toBe('canceling')
})

test('finding work reads as many jobs as there are slots, by an index', async () => {
  for (let queue = 0; queue < 20; queue++) await submit(newBuild(wide(500), `q${queue}`))
  const look = ['', new Date(at).toISOString(), 4, [], [], 'r', null, null, null]
  for (const text of [candidatesText, sharedCandidatesText]) {
    const { rows, scans } = await rowsRead(config, text, [...look, ['erofs', 'tar'], null])
    expect(scans.filter((scan) => scan.startsWith('Seq'))).toEqual([])
    expect(rows).toBeLessThanOrEqual(20 * 2 + 20 * 4)
  }
})

test('finding work reads few rows, however many jobs are reserved for other runners or have local files', async () => {
  await submit(newBuild(wide(5)))
  const insert = `insert into engine.ready (job_id, build_id, queue, ready_at, home, files, holders, open_at)
    select gen_random_uuid(), gen_random_uuid(), 'q', $1::timestamptz - interval '5 s', $2, array[$3], array[$2], $4::timestamptz
    from generate_series(1, 4000)`
  const ready = new Date(at)
  await pool.query(insert, [ready, 'far', 'far away', new Date(at + 5_000)])
  await pool.query(insert, [ready, 'r', 'made here', new Date(at + 5_000)])
  await pool.query(insert, [ready, 'far', 'fetched', new Date(at + 5_000)])
  await pool.query("insert into engine.layer_places (snapshot, runner) values ('fetched', 'r')")
  const look = ['', ready.toISOString(), 4, [], [], 'r', null, null, null, ['erofs', 'tar'], null]
  const { rows, scans } = await rowsRead(config, sharedCandidatesText, look)
  expect(scans.filter((scan) => scan.startsWith('Seq') && !scan.endsWith('layer_places'))).toEqual([])
  expect(rows).toBeLessThanOrEqual(40)
})

test('finding overdue events reads only overdue rows, by an index', async () => {
  await submit(newBuild(wide(3000)))
  await store.leases.take('r', 3000, at)
  await pool.query(
    'update engine.leases set expires_at = $1 where job_id in (select job_id from engine.leases limit 3)',
    [new Date(at - 1)],
  )
  expect(await store.leases.overdue(at, 100)).toHaveLength(3)
  const { rows, scans } = await rowsRead(config, overdueText, [new Date(at).toISOString(), 100])
  expect(scans.filter((scan) => scan.startsWith('Seq'))).toEqual([])
  expect(rows).toBeLessThanOrEqual(10)
})

test('finding live snapshots reads only unfinished and recently ended builds, by an index', async () => {
  for (let n = 0; n < 3; n++) await submit(newBuild(wide(1000)))
  await pool.query("update engine.builds set finished_at = '2020-01-01', state = 'passed'")
  await pool.query("update engine.jobs set snapshot = 'old', state = 'passed'")
  await submit(newBuild(wide(10)))
  const { rows, scans } = await rowsRead(config, liveSnapshotsText, ['2021-01-01', null])
  expect(scans.filter((scan) => scan === 'Seq Scan jobs')).toEqual([])
  expect(rows).toBeLessThanOrEqual(100)
  expect(await store.builds.liveSnapshots(Date.parse('2021-01-01'))).toEqual({
    needed: new Set(),
    pinned: [],
    left: [],
  })
})

test('the outbox runs once for every visible change of a build and every end of a job, and at no other time', async () => {
  const heard: string[] = []
  const careful = await openStore({
    outbox: async (_client, { before, after, endedJobs }) => {
      heard.push([`${before} ${after}`, ...endedJobs.map(({ state, step }) => `${step} ${state}`)].join(', '))
    },
  })
  const id = await submit(newBuild([{}, {}, { dependsOn: [0, 1] }]))
  const leases = await careful.leases.take('r', 2, at)
  const [first, second] = leases
  if (!first || !second) throw new Error('nothing to lease')
  await careful.builds.apply(id, leases.map(started))
  await careful.builds.apply(id, [ended(first)])
  await careful.builds.apply(id, [{ ...ended(second), outcome: { ...passed, exitCode: 1 } }])
  await careful.builds.apply(id, [cancel])
  await careful.builds.apply(id, [{ type: 'retry', job: second.jobId, at }])
  // The job ends and waits again within one turn.
  const [job] = (await careful.builds.load(id))?.build.jobs.slice(1) ?? []
  await careful.builds.apply(id, [cancel, { type: 'retry', job: job?.id ?? '', at }, cancel])
  expect(heard).toEqual([
    'scheduled running',
    // It has started.
    'running running',
    'running running, 0 passed',
    'running failed, 1 failed, 2 skipped',
    'failed running',
    'running canceled, 1 canceled, 2 canceled, 1 canceled',
  ])
})
