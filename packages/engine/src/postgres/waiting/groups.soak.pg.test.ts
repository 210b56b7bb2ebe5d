/** Tests groups of builds with several processes, any of which may stop between two statements. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { scaled, seed } from '@harmont/test-kit/effort'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildGroupOf } from '../../core/build-group.ts'
import { createBuild } from '../../core/create-build.ts'
import { defaultLimits } from '../../core/limits.ts'
import { dice, plainPlan } from '../../core/random-plan.test-support.ts'
import { plainContext } from '../../plain-context.test-support.ts'
import { engineDatabase } from '../engine-database.test-support.ts'
import { PostgresStore } from '../postgres-store.ts'
import { transaction } from '../transaction.ts'
import { membersText, unsettledText } from './groups.ts'
import { placeWaitText } from './waits.ts'

const words = ['queue', 'cancel_waiting', 'cancel_running'] as const
const passed = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const
/** Number of builds of the test with dying processes. */
const builds = scaled(30)

let config: pg.PoolConfig
let pool: pg.Pool
const stores: PostgresStore[] = []
beforeEach(async () => {
  config = await engineDatabase()
  pool = new pg.Pool(config)
})
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
  await pool.end()
})

async function openStore(): Promise<PostgresStore> {
  const store = await PostgresStore.open(config, { warn: () => {} })
  stores.push(store)
  return store
}

/**
 * Increases with each call, because two builds of the same millisecond are ordered by their ids,
 * which are random here.
 */
let last = 0
function nextInstant(): number {
  last = Math.max(last + 1, Date.now())
  return last
}

/** Commits a build. A process that dies afterwards has sent no notice. */
async function commit(store: PostgresStore, name: string, limit: number, whenFull: (typeof words)[number], ageMs = 0) {
  const facts = { pipeline: 'p', branch: null, tag: null, pullRequest: null, event: 'push', claimant: null }
  const from = {
    kind: 'plan',
    plan: plainPlan([{}, { dependsOn: [0] }]),
    conditions: [true, true],
    group: buildGroupOf({ group: name, limit, whenFull }, facts),
  } as const
  const context = { newId: () => randomUUID(), limits: defaultLimits }
  return transaction(pool, async (client) => {
    // Creates the builds of one pipeline one after the other, like the server.
    await client.query('select pg_advisory_xact_lock(1)')
    const created = createBuild({ id: randomUUID(), queue: 'q', at: nextInstant() - ageMs, held: false, from }, context)
    await store.builds.submit(client, created, plainContext)
    return created
  })
}

async function submit(store: PostgresStore, ...group: [name: string, limit: number, whenFull: (typeof words)[number]]) {
  const created = await commit(store, ...group)
  await store.builds.submitted(created.build, created.effects)
  return created.build.id
}

/** Makes the database itself record each wrongly assigned place. */
async function watchPlaces(): Promise<() => Promise<unknown[]>> {
  await pool.query(`
    create table wrong (what text, build_id uuid);
    create function watch() returns trigger language plpgsql as $$
    declare holders int; lowest int; passed_over int;
    begin
      -- A newer one with a lower limit may have come since the place was given.
      select count(*) filter (where not awaits_place), min(group_limit) filter (where not awaits_place or group_turn < new.group_turn),
             count(*) filter (where awaits_place and group_turn < new.group_turn)
        into holders, lowest, passed_over
        from engine.builds where group_key = new.group_key and finished_at is null and not held;
      if holders > lowest then insert into wrong values ('too many', new.id); end if;
      if passed_over > 0 then insert into wrong values ('out of turn', new.id); end if;
      return null;
    end $$;
    create trigger watch after update on engine.builds for each row
      when (old.awaits_place and not new.awaits_place and new.finished_at is null) execute function watch();`)
  return async () => (await pool.query('select * from wrong')).rows
}

const unfinished = async (): Promise<number> =>
  (await pool.query('select count(*)::int as n from engine.builds where finished_at is null')).rows[0].n

test(
  `G05 many processes, some of which die at any moment, never assign too many places, and every build ends (seed ${seed})`,
  async () => {
    const roll = dice(seed)
    const any = (most: number) => Math.floor(roll() * most)
    const wrong = await watchPlaces()
    const processes = [await openStore(), await openStore(), await openStore()]
    const someone = () => processes[any(processes.length)] as PostgresStore
    let isOver = false
    /** Runs a runner that loses its connection now and then. */
    const run = async (name: string) => {
      while (!isOver) {
        try {
          const store = someone()
          const leases = await store.leases.take(name, 2, Date.now())
          if (leases.length > 0 && roll() < 0.5) await cut()
          for (const { buildId, jobId: job, fence } of [...leases, ...(await store.leases.of(name))]) {
            await store.builds.apply(buildId, [{ type: 'started', job, fence, at: Date.now() }])
            await store.builds.apply(buildId, [{ type: 'ended', job, fence, at: Date.now(), outcome: passed }])
          }
          if (leases.length === 0) await sleep(2)
        } catch {
          await sleep(5)
        }
      }
    }
    const sweep = async () => {
      while (!isOver) {
        await someone()
          .builds.settleGroups()
          .catch(() => {})
        await sleep(20)
      }
    }
    /**
     * Cuts two connections per number of operations, so that even a slow machine makes progress.
     */
    const cut = () =>
      pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'harmont-engine' and datname = current_database() and query not like 'listen%' order by random() limit 2`,
      )
    const helpers = [run('r1'), run('r2'), run('r3'), sweep()]
    const submitAll = Array.from({ length: builds }, async (_, index) => {
      await sleep(index * 10 + any(20))
      const place = any(3)
      // No build of the first group is superseded.
      const group = [`g${place}`, 1 + any(3), place === 0 ? 'queue' : (words[any(words.length)] ?? 'queue')] as const
      const isKilled = roll() < 0.3
      const created = await commit(someone(), ...group)
      if (!isKilled) await someone().builds.submitted(created.build, created.effects)
      if (roll() < 0.1)
        await someone()
          .builds.apply(created.build.id, [{ type: 'cancel', at: Date.now() }])
          .catch(() => {})
    })
    try {
      await Promise.all(submitAll)
      await expect.poll(unfinished, { timeout: 60_000 + 400 * builds, interval: 100 }).toBe(0)
    } finally {
      isOver = true
      await Promise.all(helpers)
    }
    expect(await wrong()).toEqual([])
    const { rows } = await pool.query('select state, count(*)::int as n from engine.builds group by 1 order by 1')
    const ended = new Map(rows.map(({ state, n }) => [state, n]))
    expect([...ended.keys()]).toEqual(['canceled', 'passed'])
    expect(ended.get('passed')).toBeGreaterThan(builds / 6)
  },
  120_000 + 600 * builds,
)

test('G05 while one process assigns a place, no other process assigns it to another build', async () => {
  const [one, two] = [await openStore(), await openStore()]
  const waitingForLocks = async () =>
    (
      await pool.query(
        "select from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'harmont-engine' and datname = current_database()",
      )
    ).rowCount
  const placed = async () =>
    (await pool.query('select count(*)::int as n from engine.builds where not awaits_place')).rows[0].n
  const { build, effects } = await commit(one, 'g', 1, 'queue')
  // The first process has decided and waits for the build's row.
  const client = await pool.connect()
  await client.query('begin')
  await client.query('select from engine.builds where id = $1 for update', [build.id])
  const first = one.builds.submitted(build, effects)
  await expect.poll(waitingForLocks).toBe(1)
  // An earlier build requests the same place.
  const older = await commit(two, 'g', 1, 'queue', 10_000)
  const second = two.builds.submitted(older.build, older.effects)
  await expect.poll(async () => (await waitingForLocks()) === 2 || (await placed()) === 1).toBe(true)
  await client.query('commit')
  client.release()
  await Promise.all([first, second])
  expect(await placed()).toBe(1)
})

test('G05 two processes that submit at the same moment assign one place', async () => {
  const wrong = await watchPlaces()
  const [one, two] = [await openStore(), await openStore()]
  for (let round = 0; round < 10; round++) {
    const name = `g${round}`
    await Promise.all([submit(one, name, 1, 'queue'), submit(two, name, 1, 'queue'), submit(one, name, 1, 'queue')])
  }
  const { rows } = await pool.query('select count(*)::int as n from engine.builds where not awaits_place')
  expect(rows).toEqual([{ n: 10 }])
  expect(await wrong()).toEqual([])
})

test('G05 any process completes work that another left unfinished after its commit', async () => {
  const [dead, other] = [await openStore(), await openStore()]
  const isIn = async (id: string) => (await other.builds.load(id))?.build.awaitsPlace === false
  const first = (await commit(dead, 'g', 1, 'queue')).build.id
  expect(await isIn(first)).toBe(false)
  await other.builds.settleGroups()
  expect(await isIn(first)).toBe(true)
  const second = (await commit(dead, 'g', 1, 'cancel_running')).build.id
  await other.builds.settleGroups()
  expect((await other.builds.load(first))?.build.state).toBe('canceled')
  expect(await isIn(second)).toBe(true)
  await commit(dead, 'g', 1, 'queue')
  const third = (await commit(dead, 'g', 1, 'cancel_waiting')).build.id
  await other.builds.settleGroups()
  expect(
    (await pool.query("select count(*)::int as n from engine.builds where error_code = 'superseded'")).rows,
  ).toEqual([{ n: 2 }])
  // The state after a kill between the end of a build and the settling of its group.
  await pool.query(
    "update engine.builds set finished_at = now(), state = 'passed', version = version + 1 where id = $1",
    [second],
  )
  await other.builds.settleGroups()
  expect(await isIn(third)).toBe(true)
  expect((await pool.query(unsettledText, [10])).rows).toEqual([])
})

test('a query for unsettled groups reads only their unfinished builds, by an index', async () => {
  const store = await openStore()
  await submit(store, 'g', 1, 'queue')
  await pool.query(
    `insert into engine.builds (id, queue, state, cancel_requested, created_at, finished_at, version, group_key, group_limit, group_turn)
     select gen_random_uuid(), 'q', 'passed', false, now(), case when n % 10 > 0 then now() end, 1, case when n % 2 > 0 then 'k' || n end, 1, now()
       from generate_series(1, 20000) n`,
  )
  await pool.query('analyze engine.builds')
  for (const [text, values] of [
    [membersText, ['k1']],
    [placeWaitText, [randomUUID(), 5]],
    [unsettledText, [10]],
  ] as const) {
    const { rows } = await pool.query(`explain ${text}`, [...values])
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain('builds_group')
    expect(plan).not.toContain('Seq Scan')
  }
})
