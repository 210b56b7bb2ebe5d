/** How long jobs wait for a runner when files have homes, and when they have none. */
import { randomUUID } from 'node:crypto'
import { chance, scaled } from '@harmont/test-kit/effort'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBuild } from '../../core/create-build.ts'
import { defaultLimits } from '../../core/limits.ts'
import { everything } from '../../core/placement/reach.ts'
import { plainPlan } from '../../core/random-plan.test-support.ts'
import type { LayerTraffic } from '../../layers/layer.ts'
import { plainContext } from '../../plain-context.test-support.ts'
import { engineDatabase } from '../engine-database.test-support.ts'
import { PostgresStore } from '../postgres-store.ts'
import { transaction } from '../transaction.ts'

const passed = { kind: 'exited', exitCode: 0, signal: null, limit: null } as const
const images: LayerTraffic = { forms: ['erofs', 'tar'], host: null }
const begin = 1_700_000_000_000
const tickMs = 250
const slotsEach = 2
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
  readonly runner: string
  readonly children: number
  readonly bytes: number
}

const runners = Array.from({ length: scaled(6, 200) }, (_, n) => `r${String(n).padStart(3, '0')}`)

/** Returns families whose parents are on all runners alike, or most of them on few. */
function families(homes: 'even' | 'few'): readonly Family[] {
  const { between } = chance()
  return Array.from({ length: scaled(12, 200) }, (_, n) => ({
    queue: `queue ${n % 3}`,
    runner:
      runners[homes === 'even' ? n % runners.length : Math.floor((between(0, 99) / 100) ** 3 * runners.length)] ?? '',
    children: scaled(25, 500),
    bytes: between(0, 2) === 0 ? 1_000 : between(10_000_000, 2_000_000_000),
  }))
}

async function seen(): Promise<void> {
  for (const runner of runners) await store.runners.seen(runner, everything, now, images)
}

/** Leaves the children of families ready, with files that the server has. Returns the names of their jobs. */
async function makeReady(all: readonly Family[]): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>()
  for (const [n, { queue, runner, children, bytes }] of all.entries()) {
    const steps = [{}, ...Array.from({ length: children }, () => ({ buildsIn: 0 }))]
    const id = randomUUID()
    const from = { kind: 'plan', plan: plainPlan(steps), conditions: steps.map(() => true) } as const
    const build = { id, queue, at: now, held: false, from }
    const created = createBuild(build, { newId: () => randomUUID(), limits: defaultLimits })
    await transaction(pool, (client) => store.builds.submit(client, created, plainContext))
    await store.builds.submitted(created.build, created.effects)
    const [lease] = await store.leases.take(runner, 1, now, everything, images)
    if (lease === undefined) throw new Error('expected the parent')
    const [job, snapshot] = [lease.jobId, randomUUID()]
    await store.builds.apply(id, [
      { type: 'started', job, fence: lease.fence, at: now },
      { type: 'ended', job, fence: lease.fence, at: now, outcome: { ...passed, snapshot } },
    ])
    await pool.query(
      `insert into engine.exports (snapshot, form, queue, pool, runner, build_id, job_id, asked_at, stored_at, bytes)
       values ($1, 'erofs', $2, 'default', $3, $4, $5, now(), now(), $6)`,
      [snapshot, queue, runner, id, job, bytes],
    )
    for (const [slot, child] of created.build.jobs.entries()) names.set(child.id, `${n}.${slot}`)
    // Others take no job of this family meanwhile.
    await pool.query("update engine.ready set gate = 'x' where build_id = $1", [id])
  }
  await pool.query(
    `update engine.ready r set gate = null, ready_at = $1, open_at = $1::timestamptz + least(10, case when e.bytes < 8388608 then 0 else e.bytes / 4e7 end) * interval '1 s'
     from engine.exports e where e.snapshot = r.files[1]`,
    [new Date(now)],
  )
  return names
}

/** Lets runners take all that is ready, each job for as long as its name says. Returns when each was taken. */
async function takeAll(names: ReadonlyMap<string, string>, lasts: (name: string) => number) {
  const taken = new Map<string, number>()
  const ends = new Map<string, number[]>(runners.map((runner) => [runner, []]))
  const { rowCount } = await pool.query('select from engine.ready')
  for (const beganAt = now; taken.size < (rowCount ?? 0); now += tickMs) {
    const looks = runners.map(async (runner) => {
      const busy = (ends.get(runner) ?? []).filter((end) => end > now)
      const leases =
        busy.length < slotsEach ? await store.leases.take(runner, slotsEach - busy.length, now, everything, images) : []
      for (const { jobId } of leases) {
        const name = names.get(jobId) ?? ''
        taken.set(name, now - beganAt)
        busy.push(now + lasts(name))
      }
      ends.set(runner, busy)
    })
    await Promise.all(looks)
  }
  return taken
}

async function clear(): Promise<void> {
  await pool.query('delete from engine.builds')
  await pool.query('truncate engine.ready, engine.leases, engine.runners, engine.exports')
  now += 3_600_000
  await seen()
}

test.each(['even', 'few'] as const)(
  'G95 no job waits over 10 s more because files have homes (%s homes)',
  async (spread) => {
    const all = families(spread)
    const { between } = chance()
    const durations = new Map<string, number>()
    const lasts = (name: string) => {
      const known = durations.get(name) ?? between(1, longestMs / tickMs) * tickMs
      durations.set(name, known)
      return known
    }
    await clear()
    const homes = await takeAll(await makeReady(all), lasts)
    await clear()
    const names = await makeReady(all)
    await pool.query('update engine.ready set home = null, files = null, holders = null, open_at = null')
    const anywhere = await takeAll(names, lasts)
    const more = [...homes].map(([name, ms]) => ms - (anywhere.get(name) ?? Number.NaN))
    expect(homes.size).toBe(all.reduce((sum, { children }) => sum + children, 0))
    // Jobs that run are not interrupted, so another order moves each by up to two of them.
    expect(Math.max(...more)).toBeLessThanOrEqual(10_000 + 2 * longestMs)
  },
)
