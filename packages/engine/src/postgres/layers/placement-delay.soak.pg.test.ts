/**
 * Measures how long jobs wait for a runner, with and without homes of files. An effort of 34 gives
 * 100,000 jobs and 200 runners.
 */
import { randomUUID } from 'node:crypto'
import { chance, effort, scaled, seed } from '@harmont/test-kit/effort'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { everything } from '../../core/placement/reach.ts'
import type { LayerTraffic } from '../../layers/layer.ts'
import { engineDatabase } from '../engine-database.test-support.ts'
import { PostgresStore } from '../postgres-store.ts'
import { createPlain, submitCreated } from '../submit-build.test-support.ts'
import { opensAfter } from './opens-after.ts'

const passed = { kind: 'exited', exitCode: 0, signal: null, limit: null } as const
const images: LayerTraffic = { forms: ['erofs', 'tar'], host: null }
const begin = 1_700_000_000_000
const tickMs = 1_000
const slotsEach = 2
/**
 * Autovacuum is off in tests, so without this a query would also read jobs that others have taken.
 */
const vacuumEvery = 10
const longestMs = 2_000

let pool: pg.Pool
let store: PostgresStore
let now = begin
beforeAll(async () => {
  const config = await engineDatabase()
  pool = new pg.Pool(config)
  store = await PostgresStore.open(config, { now: () => now })
})
afterAll(async () => {
  await store.close()
  await pool.end()
})

interface Family {
  readonly queue: string
  /** Runner with the files of the family's parent. */
  readonly runner: string
  readonly children: number
  readonly bytes: number
  /** Time at which its children become ready. */
  readonly atMs: number
}

interface Made {
  readonly build: string
  /** Names of the children by their jobs; the names are equal in each run. */
  readonly names: ReadonlyMap<string, string>
}

const runners = Array.from({ length: scaled(6, 200) }, (_, n) => `r${String(n).padStart(3, '0')}`)

/**
 * Returns families that become ready at one instant, with their parents spread evenly or mostly on
 * few runners.
 */
function burst(homes: 'even' | 'few'): readonly Family[] {
  const { between } = chance()
  const few = () => Math.floor((between(0, 99) / 100) ** 3 * runners.length)
  return Array.from({ length: scaled(12, 200) }, (_, n) => ({
    queue: `queue ${n % 3}`,
    runner: runners[homes === 'even' ? n % runners.length : few()] ?? '',
    children: scaled(25, 500),
    bytes: between(0, 2) === 0 ? 1_000 : between(10_000_000, 2_000_000_000),
    atMs: 0,
  }))
}

/** Creates a family whose children are not ready yet, and whose files the server has. */
async function make({ queue, runner, children, bytes }: Family, n: number): Promise<Made> {
  const steps = [{}, ...Array.from({ length: children }, () => ({ buildsIn: 0 }))]
  const created = createPlain(steps, { queue, at: now })
  const id = await submitCreated(pool, store, created)
  const [lease] = await store.leases.take(runner, 1, now, everything, images)
  if (lease === undefined) throw new Error('expected the parent')
  const [{ jobId: job, fence }, snapshot] = [lease, randomUUID()]
  await store.builds.apply(id, [
    { type: 'started', job, fence, at: now },
    { type: 'ended', job, fence, at: now, outcome: { ...passed, snapshot } },
  ])
  await pool.query(
    `insert into engine.exports (snapshot, form, queue, pool, runner, build_id, job_id, asked_at, stored_at, bytes)
     values ($1, 'erofs', $2, 'default', $3, $4, $5, now(), now(), $6)`,
    [snapshot, queue, runner, id, job, bytes],
  )
  await pool.query("update engine.ready set gate = 'x' where build_id = $1", [id])
  return { build: id, names: new Map(created.build.jobs.map((child, slot) => [child.id, `${n}.${slot}`])) }
}

/** Makes the children of a family ready, as if the server had received their files. */
async function open({ build }: Made): Promise<void> {
  await pool.query(
    `update engine.ready r set gate = null, ready_at = $1, open_at = $1::timestamptz + ${opensAfter('r')}
     where r.build_id = $2`,
    [new Date(now), build],
  )
}

/**
 * Lets runners take all children, each for the time that its name determines. Returns the time and
 * runner at which each child began.
 */
async function play(all: readonly Family[], lasts: (name: string) => number, homes = true) {
  await clear()
  const made: Made[] = []
  for (const [n, family] of all.entries()) made.push(await make(family, n))
  if (!homes) await pool.query('update engine.ready set home = null, files = null, holders = null')
  const names = new Map(made.flatMap(({ names }) => [...names]))
  const began = new Map<string, { readonly ms: number; readonly runner: string }>()
  const ends = new Map<string, readonly number[]>()
  const whole = all.reduce((sum, { children }) => sum + children, 0)
  for (let ms = 0; began.size < whole; ms += tickMs, now += tickMs) {
    for (const [n, family] of all.entries()) if (family.atMs === ms && made[n]) await open(made[n])
    const looks = runners.map(async (runner) => {
      const busy = (ends.get(runner) ?? []).filter((end) => end > ms)
      const room = slotsEach - busy.length
      const leases = room > 0 ? await store.leases.take(runner, room, now, everything, images) : []
      const taken = leases.map(({ jobId }) => names.get(jobId) ?? '')
      for (const name of taken) began.set(name, { ms, runner })
      ends.set(runner, [...busy, ...taken.map((name) => ms + lasts(name))])
    })
    await Promise.all(looks)
    if ((ms / tickMs) % vacuumEvery === 0)
      await pool.query('vacuum engine.ready, engine.leases, engine.runners, engine.builds, engine.jobs')
  }
  return began
}

async function clear(): Promise<void> {
  await pool.query('delete from engine.builds')
  await pool.query('truncate engine.ready, engine.leases, engine.runners, engine.exports')
  now += 3_600_000
  for (const runner of runners) await store.runners.seen(runner, everything, now, { traffic: images })
}

/** Prints the results of a large run. */
function tell(found: Readonly<Record<string, unknown>>): void {
  if (effort > 1) console.info(JSON.stringify({ seed, runners: runners.length, ...found }))
}

/** Returns a function that gives each job a fixed random duration. */
function durations(): (name: string) => number {
  const { between } = chance()
  const known = new Map<string, number>()
  return (name) => {
    const ms = known.get(name) ?? between(1, longestMs / tickMs) * tickMs
    known.set(name, ms)
    return ms
  }
}

test.each(['even', 'few'] as const)(
  'G95 no job waits over 10 s more because files have homes (%s homes)',
  async (spread) => {
    const [all, lasts] = [burst(spread), durations()]
    const homes = await play(all, lasts)
    const anywhere = await play(all, lasts, false)
    const more = [...homes]
      .map(([name, { ms }]) => ms - (anywhere.get(name)?.ms ?? Number.NaN))
      .toSorted((a, b) => a - b)
    tell({ spread, jobs: more.length, mostMs: more.at(-1), p99Ms: more[Math.floor(more.length * 0.99)] })
    // Running jobs are not interrupted, so another order delays each job by at most two of them.
    expect(more.at(-1)).toBeLessThanOrEqual(10_000 + 2 * longestMs)
  },
)

test('while runners have room, at least seven of ten children run where the files of their parent are', async () => {
  const { between, pick } = chance()
  const all = Array.from({ length: scaled(40, 1_000) }, (_, n) => ({
    queue: `queue ${n % 3}`,
    runner: pick(runners),
    children: between(1, 2 * slotsEach),
    bytes: between(1_000, 500_000_000),
    // Keeps runners busy for two thirds of the time.
    atMs: Math.floor((n * 2_500) / runners.length / tickMs) * tickMs,
  }))
  const began = await play(all, durations())
  const atHome = [...began].filter(([name, { runner }]) => runner === all[Number.parseInt(name, 10)]?.runner)
  tell({ jobs: began.size, atHome: atHome.length / began.size })
  expect(atHome.length / began.size).toBeGreaterThanOrEqual(0.7)
})
