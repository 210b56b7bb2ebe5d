/**
 * Tests groups and limits with processes that share a database. `gate-suite.ts` has the tests for
 * any store.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { effort, scaled, seed } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { limitKey } from '../../core/gates.ts'
import { isBuildTerminal } from '../../core/states.ts'
import { gateRuns } from '../../gate-suite.ts'
import type { plainContext } from '../../plain-context.test-support.ts'
import { randomLives } from '../../random-lives.test-support.ts'
import type { Lease } from '../../store.ts'
import { untilSeen } from '../../until-seen.test-support.ts'
import { engineDatabase } from '../engine-database.test-support.ts'
import { PostgresStore, type PostgresStoreOptions } from '../postgres-store.ts'
import { rowsRead } from '../rows-read.test-support.ts'
import { createPlain, submitCreated } from '../submit-build.test-support.ts'
import { candidatesText } from './fair-scan.ts'
import { openText, parkText, readText, reopenText } from './gates.ts'
import { holdersText, ranksText } from './waits.ts'
import { witnessed } from './witnessed-statements.test-support.ts'

const at = 1_700_000_000_000
const passed = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const

let config: pg.PoolConfig
let pool: pg.Pool
let store: PostgresStore
let other: PostgresStore
const stores: PostgresStore[] = []

async function openStore(options: PostgresStoreOptions = {}): Promise<PostgresStore> {
  const opened = await PostgresStore.open(config, options)
  stores.push(opened)
  return opened
}

beforeEach(async () => {
  config = await engineDatabase()
  pool = new pg.Pool(config)
  store = await openStore()
  other = await openStore()
})
afterEach(async () => {
  for (const each of stores.splice(0)) await each.close()
  await pool.end()
})

let made = 0
const submit = (steps: Parameters<typeof createPlain>[0], pipeline = 'p', queue = 'q') =>
  submitCreated(pool, store, createPlain(steps, { queue, pipeline, at: at + made++ }))
const many = (size: number, step: Parameters<typeof createPlain>[0][number] = {}) =>
  Array.from({ length: size }, () => step)
const inGroup = (limit = 1, group = 'deploy') => ({ concurrency: { group, limit, scope: 'pipeline' as const } })
const later = at + 1_000_000
const lease = (slots = 9, view = store) => view.leases.take('r', slots, later)
const end = ({ buildId, jobId: job, fence }: Lease, view = store) =>
  view.builds.apply(buildId, [
    { type: 'started', job, fence, at: later },
    { type: 'ended', job, fence, at: later, outcome: passed },
  ])

test('a limit on the running jobs of a pipeline or a queue holds until another one is set', async () => {
  await submit(many(4), 'p')
  await submit(many(4), 'other')
  await store.builds.setLimit({ kind: 'pipeline', id: 'p' }, 2)
  const both = [
    { kind: 'pipeline', id: 'p' },
    { kind: 'queue', id: 'q' },
  ] as const
  expect(await other.builds.limits(both)).toEqual([{ kind: 'pipeline', id: 'p', limit: 2 }])
  const leases = await lease(4)
  expect(leases).toHaveLength(4)
  expect(await lease(9, other)).toHaveLength(2)
  await other.builds.setLimit({ kind: 'queue', id: 'q' }, 7)
  await other.builds.setLimit({ kind: 'pipeline', id: 'p' }, null)
  // Six jobs run, two wait, and the queue has room for one.
  expect(await lease()).toHaveLength(1)
  const [build] = (await pool.query<{ build_id: string }>('select build_id from engine.ready')).rows
  expect([...(await store.builds.waits(build?.build_id ?? '', later)).values()]).toMatchObject([
    { reason: 'organization_limit', group: null, limit: 7, running: 7, ahead: 0 },
  ])
  await store.builds.setLimit({ kind: 'queue', id: 'q' }, null)
  expect(await lease()).toHaveLength(1)
  await expect(store.builds.setLimit({ kind: 'queue', id: 'q' }, 0)).rejects.toThrow('positive integer')
})

test('runners that look for work are woken when a limit is raised, and when a job under one ends', async () => {
  await submit(many(3))
  await store.builds.setLimit({ kind: 'queue', id: 'q' }, 1)
  const [held] = await lease()
  if (!held) throw new Error('nothing to lease')
  const woken = async (what: () => Promise<unknown>) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const off = other.changes.onReady(resolve)
    await what()
    await promise
    off()
  }
  await woken(() => store.builds.setLimit({ kind: 'queue', id: 'q' }, 2))
  expect(await lease(9, other)).toHaveLength(1)
  await woken(() => end(held))
  expect(await lease(9, other)).toHaveLength(1)
})

test('G05 in a group that waits at a limit, the older build goes first, even if the newer one was ready first', async () => {
  await store.builds.setLimit({ kind: 'queue', id: 'q' }, 2)
  const one = async () => {
    const [leased] = await lease(1)
    if (!leased) throw new Error('nothing to lease')
    return leased
  }
  const old = await submit([{}, { ...inGroup(), dependsOn: [0] }])
  const elsewhere = await submit([{}, {}], 'another')
  const [first, second] = [await one(), await one()]
  const newer = await submit([inGroup()])
  expect(await lease()).toEqual([])
  await end(first)
  // The room goes to a job that waited longer. The deploy of the older build becomes ready
  // meanwhile and waits behind the deploy of the newer one.
  const third = await one()
  expect([third.buildId, await lease()]).toEqual([elsewhere, []])
  await end(second)
  expect((await one()).buildId).toBe(old)
  await end(third)
  expect(await lease()).toEqual([])
  expect([...(await store.builds.waits(newer, later)).values()]).toMatchObject([
    { reason: 'concurrency_group', ahead: 0 },
  ])
})

test('a limit that is set while jobs are being leased holds for every later lease', async () => {
  for (let n = 0; n < 4; n++) await submit(many(20), `p${n}`)
  const limit = store.builds.setLimit({ kind: 'queue', id: 'q' }, 10)
  let set = false
  const after: Lease[] = []
  const workers = [store, other].flatMap((view) =>
    Array.from({ length: 4 }, async () => {
      for (let n = 0; n < 8; n++) {
        const wasSet = set
        const leases = await lease(1, view)
        if (wasSet) after.push(...leases)
      }
    }),
  )
  await limit
  set = true
  const { rows } = await pool.query<{ running: number }>('select count(*)::int as running from engine.leases')
  await Promise.all(workers)
  expect(after.length).toBeLessThanOrEqual(Math.max(0, 10 - (rows[0]?.running ?? 0)) + 8)
  const { rowCount } = await pool.query('select from engine.leases')
  expect(rowCount).toBe(Math.max(10, rows[0]?.running ?? 0))
})

test(
  'G05 random sequences of builds in groups and under changing limits exceed no limit, keep waiting jobs in order, and end',
  async () => {
    const seen = new Set<string>()
    const under = {
      store,
      other,
      setLimit: store.builds.setLimit.bind(store.builds),
      async submit(created: Parameters<PostgresStore['builds']['submit']>[1], context: typeof plainContext) {
        await submitCreated(pool, store, created, context)
      },
    }
    const lives = randomLives(
      () => under,
      at,
      (what) => seen.add(what.split(' ')[0] ?? ''),
    )
    await untilSeen(['concurrency_group', 'pipeline_limit', 'organization_limit'], seen, (go) =>
      fc.assert(lives, { numRuns: gateRuns, seed: seed + go, endOnFailure: true }),
    )
  },
  60_000 + gateRuns * 20_000,
)

test('G05 several processes, one of them killed, never exceed a group or a limit, and all builds end', async () => {
  await pool.query(`create table running (job_id uuid primary key, queue text, pipeline text, group_key text, group_limit int);
    create table too_many (what text);
    create unique index one_at_a_time on engine.leases (group_key) where group_limit = 1`)
  await store.builds.setLimit({ kind: 'queue', id: 'q' }, 6)
  await store.builds.setLimit({ kind: 'pipeline', id: 'p1' }, 3)
  const builds: string[] = []
  for (let n = 0; n < 6; n++) {
    const steps = [...many(6, inGroup(1, 'one')), ...many(6, inGroup(2, 'two')), ...many(4), { dependsOn: [0, 1] }]
    builds.push(await submit(steps, `p${n % 2}`))
  }
  const file = new URL('../lease-process.test-support.ts', import.meta.url).pathname
  const processes: ChildProcess[] = []
  const errors: string[] = []
  for (let n = 0; n < 4; n++) {
    const child = spawn(process.execPath, [file, JSON.stringify(config), '3', String(seed + n)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stderr?.on('data', (text) => errors.push(`${text}`))
    processes.push(child)
  }
  for (const child of processes) if (child.stdout) await once(child.stdout, 'data')
  const doneJobs = async () =>
    (await pool.query("select from engine.jobs where state not in ('pending', 'scheduled')")).rowCount ?? 0
  await expect.poll(doneJobs).toBeGreaterThan(20)
  const [victim] = processes
  victim?.kill('SIGKILL')
  // The places of the killed process are lost with it, so the count in `running` must not include
  // its jobs.
  const name = `process ${victim?.pid}`
  await pool.query('delete from running where job_id in (select job_id from engine.leases where runner = $1)', [name])
  const keeper = await openStore()
  const open = async () => {
    // Only the leases of the killed process end. The others last, even when a busy machine delays
    // their renewal.
    await pool.query('update engine.leases set expires_at = now() where runner = $1', [name])
    for (const { buildId, event } of await keeper.leases.overdue(Date.now(), 100)) {
      if ('job' in event) await pool.query('delete from running where job_id = $1', [event.job])
      await keeper.builds.apply(buildId, [event])
    }
    const all = await Promise.all(builds.map((id) => keeper.builds.load(id)))
    return all.filter((each) => each && !isBuildTerminal(each.build.state)).length
  }
  await expect.poll(open, { timeout: 120_000, interval: 200 }).toBe(0)
  for (const child of processes.slice(1)) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  expect((await pool.query('select * from too_many')).rows).toEqual([])
  expect(errors).toEqual([])
  expect((await pool.query('select from engine.ready')).rowCount).toBe(0)
  expect((await pool.query('select from engine.leases')).rowCount).toBe(0)
})

test.each([
  ['in a group', inGroup(), null],
  ['under a limit', {}, 1],
])(
  'G05 a place %s that another process is about to take is waited for, and not taken twice',
  async (_, step, limit) => {
    const [first, second] = [await submit([step]), await submit([step])]
    await store.builds.setLimit({ kind: 'queue', id: 'q' }, limit)
    const entered = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const outbox = async () => {
      entered.resolve()
      await goOn.promise
    }
    const slow = await PostgresStore.open({ ...config, idle_in_transaction_session_timeout: 60_000 }, { outbox })
    stores.push(slow)
    const taking = lease(1, slow)
    await entered.promise
    const waiting = lease(1, other)
    const waits =
      "select from pg_stat_activity where wait_event_type = 'Lock' and wait_event = 'advisory' and datname = current_database()"
    try {
      await expect.poll(async () => (await pool.query(waits)).rowCount).toBe(1)
    } finally {
      goOn.resolve()
    }
    expect((await taking).map(({ buildId }) => buildId)).toEqual([first])
    expect(await waiting).toEqual([])
    for (const each of await taking) await end(each, slow)
    expect((await lease(1)).map(({ buildId }) => buildId)).toEqual([second])
  },
)

test('G53 room made by a process of an earlier release, which has no gates, is used', async () => {
  await store.builds.setLimit({ kind: 'pipeline', id: 'limited' }, 1)
  await store.builds.setLimit({ kind: 'queue', id: 'small' }, 1)
  for (let n = 0; n < 2; n++) {
    await submit([inGroup()], 'p')
    await submit(many(2), 'limited')
    await submit(many(1), 'free', 'small')
  }
  const held = await lease()
  expect(held).toHaveLength(3)
  expect(await lease()).toEqual([])
  await other.builds.settleGroups()
  expect(await lease()).toEqual([])
  await pool.query('delete from engine.leases where job_id = any($1)', [held.map(({ jobId }) => jobId)])
  expect(await lease()).toEqual([])
  await other.builds.settleGroups()
  expect(await lease()).toHaveLength(3)
})

const waiting = scaled(1_000, 10_000)
test(`${waiting} jobs that wait for a group or a limit do not delay the jobs behind them`, async () => {
  await submit(many(waiting, inGroup()), 'p')
  const beside = await submit(many(1), 'other')
  const free = await submit(many(1), 'p', 'another queue')
  const first = await lease(3)
  expect(new Set(first.map(({ buildId }) => buildId)).size).toBe(3)
  expect(first.map(({ buildId }) => buildId)).toEqual(expect.arrayContaining([beside, free]))
  await store.builds.setLimit({ kind: 'pipeline', id: 'limited' }, 1)
  await submit(many(waiting / 2), 'limited')
  const last = await submit(many(1), 'other')
  const next = await lease(2)
  expect(next).toHaveLength(2)
  expect(next.map(({ buildId }) => buildId)).toContain(last)
  expect(await lease(1)).toEqual([])
})

test('finding work, passing gates and listing waits use an index, and read no more rows when more jobs wait', async () => {
  const size = scaled(1_500, 3_000)
  await submit(many(size, inGroup()), 'p')
  await store.builds.setLimit({ kind: 'pipeline', id: 'limited' }, 1)
  await submit(many(size), 'limited')
  expect(await lease(2)).toHaveLength(2)
  expect(await lease(1)).toEqual([])
  const now = new Date(later).toISOString()
  const { rows: keys } = await pool.query<{ gate: string }>('select distinct gate from engine.ready order by gate')
  const [group, pipeline] = keys.map(({ gate }) => gate)
  const [build] = (
    await pool.query<{ build_id: string }>('select build_id from engine.leases where group_key is not null')
  ).rows
  expect(pipeline).toBe(limitKey('pipeline', 'limited'))
  const gates = [[group], now, [pipeline], [1], ['limited'], 'q']
  const reads: readonly (readonly [string, readonly unknown[], number])[] = [
    [candidatesText, ['', now, 4, [], [], 'r', null, null, null, [], null], 2],
    [readText, [...gates, build?.build_id], 20],
    [openText, gates, 20],
    [parkText, [[], [], [group], null, pipeline, null, 'q', now, [group], 'p'], 10],
    [reopenText, [], 20],
    [holdersText, [[group], 'q', 'limited', null, pipeline], 20],
  ]
  for (const [text, values, most] of reads) {
    const { rows, scans } = await rowsRead(config, text, values)
    expect(scans.filter((scan) => scan.startsWith('Seq'))).toEqual([])
    expect(rows).toBeLessThanOrEqual(most)
  }
  // The order of a gate depends on all jobs that wait there.
  const { rows, scans } = await rowsRead(config, ranksText, [[group], now, 'q', 'limited', null, pipeline, []])
  expect(scans.filter((scan) => scan.startsWith('Seq'))).toEqual([])
  expect(rows).toBeLessThanOrEqual(2 * size + 10)
})

/** Number of steps in the small and the large build of the growth test. */
const smallBuild = 60
const largeBuild = scaled(150, 10_000)

test(
  'the cost of a job grows neither with its build nor with the number of jobs that wait for its group',
  async () => {
    const perJob = async (size: number, step: Parameters<typeof many>[1], slots: number) => {
      await submit(many(size, step), 'p')
      let statements = 0
      const counting = await PostgresStore.open(
        witnessed(config, () => {
          statements += 1
        }),
      )
      statements = 0
      const cpu = process.cpuUsage()
      let done = 0
      for (;;) {
        const leases = await counting.leases.take('r', slots, later)
        if (leases.length === 0) break
        await Promise.all(leases.map((each) => end(each, counting)))
        done += leases.length
      }
      const { user, system } = process.cpuUsage(cpu)
      const used = statements / size
      await counting.close()
      expect(done).toBe(size)
      return { statements: used, cpuMs: (user + system) / 1000 / size }
    }
    const kinds = [
      ['no group', {}, 16],
      ['a group of 1', inGroup(1), 1],
      ['a group of 16', inGroup(16), 16],
    ] as const
    for (const [what, step, slots] of kinds) {
      // The first run warms up the compiler, so that the printed times are those of compiled code.
      if (effort > 1) await perJob(smallBuild, step, slots)
      const small = await perJob(smallBuild, step, slots)
      const large = await perJob(largeBuild, step, slots)
      if (effort > 1) console.log(what, small, large)
      expect(large.statements).toBeLessThanOrEqual(1.2 * small.statements)
    }
  },
  120_000 + largeBuild * 500,
)

/** Number of builds of five organizations in the fairness test, and of steps in each. */
const [fairBuilds, fairSteps] = [5 * scaled(3, 10), scaled(12, 100)]

test('five organizations that build at the same time have equally many running jobs, within one', async () => {
  const queues = ['a', 'b', 'c', 'd', 'e']
  const left = new Map(queues.map((queue) => [queue, 0]))
  const queueOf = new Map<string, string>()
  // The first organization submits all its builds before the next one submits any.
  for (const queue of queues) {
    for (let n = 0; n < fairBuilds / queues.length; n++) {
      queueOf.set(await submit(many(fairSteps), `${queue} ${n % 2}`, queue), queue)
      left.set(queue, (left.get(queue) ?? 0) + fairSteps)
    }
  }
  const given = new Map(queues.map((queue) => [queue, 0]))
  while ([...left.values()].every((jobs) => jobs > 0)) {
    const leases = await lease(4)
    for (const { buildId } of leases) {
      const queue = queueOf.get(buildId) ?? ''
      given.set(queue, (given.get(queue) ?? 0) + 1)
      left.set(queue, (left.get(queue) ?? 0) - 1)
    }
    await Promise.all(leases.map((each) => end(each)))
    const shares = [...given.values()]
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1)
  }
  expect(Math.max(...given.values())).toBe((fairBuilds / queues.length) * fairSteps)
})
