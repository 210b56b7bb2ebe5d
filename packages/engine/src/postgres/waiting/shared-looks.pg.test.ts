/** Tests the results of many runners that look for work at the same moment. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createBuild } from '../../core/create-build.ts'
import { defaultLimits } from '../../core/limits.ts'
import { everything, type Reach } from '../../core/placement/reach.ts'
import { plainPlan } from '../../core/random-plan.test-support.ts'
import { plainContext } from '../../plain-context.test-support.ts'
import type { Lease } from '../../store.ts'
import { engineDatabase } from '../engine-database.test-support.ts'
import { PostgresStore } from '../postgres-store.ts'
import { transaction } from '../transaction.ts'
import { witnessed } from './witnessed-statements.test-support.ts'

const passed = { kind: 'exited', exitCode: 0, signal: null, limit: null } as const
const now = 1_700_000_000_000
const runners = Array.from({ length: 40 }, (_, index) => `runner-${index}`)

/** Names of the statements that the store has sent. */
const asked: string[] = []

let pool: pg.Pool
let store: PostgresStore
beforeAll(async () => {
  const config = await engineDatabase()
  pool = new pg.Pool(config)
  store = await PostgresStore.open(
    witnessed(config, (name) => void asked.push(name)),
    { now: () => now },
  )
})
afterAll(async () => {
  await store.close()
  await pool.end()
})
beforeEach(async () => {
  await pool.query('truncate engine.ready, engine.leases, engine.runners, engine.exports')
  for (const runner of runners) await store.runners.seen(runner, everything, now)
})

async function submit(steps: Parameters<typeof plainPlan>[0]): Promise<string> {
  const from = { kind: 'plan', plan: plainPlan(steps), conditions: steps.map(() => true) } as const
  const build = { id: randomUUID(), queue: 'q', at: now, held: false, from }
  const created = createBuild(build, { newId: () => randomUUID(), limits: defaultLimits })
  await transaction(pool, (client) => store.builds.submit(client, created, plainContext))
  return created.build.id
}
const take = (runner: string, reach: Partial<Reach> = {}) =>
  store.leases.take(runner, 1, now, { ...everything, ...reach })
const all = async (asked: readonly Promise<readonly Lease[]>[]) => (await Promise.all(asked)).flat()

test('each of many runners that look at the same moment gets one job as long as there are jobs', async () => {
  for (const jobs of [1, 2, 25, 60]) {
    await submit(Array.from({ length: jobs }, () => ({})))
    const leases = await all(runners.map((runner) => take(runner)))
    expect(leases).toHaveLength(Math.min(jobs, runners.length))
    expect(new Set(leases.map(({ runner }) => runner)).size).toBe(leases.length)
    await pool.query('truncate engine.ready')
  }
})

test('a job that is bound to a runner goes there, and a job for other runners to one of those that may take it', async () => {
  const id = await submit([{}, { buildsIn: 0 }])
  const [parent] = await take('runner-7')
  if (parent === undefined) throw new Error('nothing to lease')
  const { jobId: job, fence } = parent
  await store.builds.apply(id, [
    { type: 'started', job, fence, at: now },
    { type: 'ended', job, fence, at: now, outcome: { ...passed, snapshot: 's' } },
  ])
  await submit([{ runsOn: { pool: 'gpu', labels: [] } }])
  await store.runners.drain('runner-0', now)
  const found = await all([
    ...runners.map((runner) => take(runner, { pool: 'default' })),
    ...['a', 'b', 'c'].map((runner) => take(runner, { pool: 'gpu' })),
  ])
  expect(found.map(({ runner }) => runner).toSorted()).toEqual(['a', 'runner-7'])
})

test('if runners may take the same jobs and there are none, only one of them searches, and only one requests files', async () => {
  const images = { forms: ['erofs'], host: null } as const
  asked.length = 0
  const takers = runners.map((runner) => ({ runner, reach: everything, traffic: images }))
  expect(await all(takers.map(({ runner, reach }) => store.leases.take(runner, 1, now, reach, images)))).toEqual([])
  await Promise.all(takers.map((taker) => store.layers.want(taker, now)))
  expect(new Set(await Promise.all(takers.map(() => store.leases.nextReadyAt(now))))).toEqual(new Set([null]))
  // Notifications are asynchronous, so one of the previous test may be sent only now.
  const looks = asked.filter((name) => name !== '' && name !== 'engine-notify')
  const counts = Map.groupBy(looks, (name) => name).entries()
  expect(Object.fromEntries(counts.map(([name, { length }]) => [name, length]))).toEqual({
    'engine-drained-runners': 1,
    'engine-shared-candidates': 1,
    'engine-named-runners': 1,
    'engine-want-layers': 1,
    'engine-next-open': 1,
  })
})
