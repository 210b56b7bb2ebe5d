/** Measures the engine alone on PostgreSQL: one runner with 32 slots whose commands do nothing. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlannedStep } from '@harmont/ir'
import pg from 'pg'

import { plainPlan } from '../../packages/engine/src/core/random-plan.test-support.ts'
import {
  createBuild,
  defaultStoreSettings,
  engineMigrations,
  type Lease,
  PostgresStore,
} from '../../packages/engine/src/index.ts'
import { plainContext } from '../../packages/engine/src/plain-context.test-support.ts'
import { createLog } from '../../packages/server/src/platform/create-log.ts'
import { startEmbeddedPostgres } from '../../packages/server/src/platform/database/embedded/supervisor.ts'
import { type Row, timeMs } from '../measure.ts'

const slots = 32
const nothing = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const

export const overheadRows: readonly Row[] = [
  {
    what: 'engine overhead alone: lease, start, finish, advance',
    must: '>= 1,000 jobs/s; per job at 10,000 jobs within 1.5x of that at 100',
    async run() {
      const directory = await mkdtemp('/var/tmp/harmont-bench-')
      const database = await startEmbeddedPostgres(join(directory, 'database'), 'bench', createLog('silent'))
      const config = database.connection
      const pool = new pg.Pool(config)
      for (const { sql } of engineMigrations) await pool.query(sql)
      const store = await PostgresStore.open(config)
      const perJob = (steps: readonly Partial<PlannedStep>[]) => run(pool, store, steps)
      const chains = (size: number) =>
        Array.from({ length: size }, (_, index) => (index < slots ? {} : { buildsIn: index - slots }))
      for (let warm = 0; warm < 5; warm++) await perJob(chains(100))
      const small: number[] = []
      for (let n = 0; n < 20; n++) small.push(await perJob(chains(100)))
      const at100 = small.reduce((sum, ms) => sum + ms, 0) / small.length
      const at10000 = await perJob(chains(10_000))
      await store.close()
      await pool.end()
      await database.stop()
      await rm(directory, { recursive: true })
      const rate = (ms: number) => `${Math.round(1000 / ms)} jobs/s`
      return `${rate(at100)} at 100 jobs, ${rate(at10000)} at 10,000: ${(at10000 / at100).toFixed(2)}x per job`
    },
  },
]

/** Runs one build to its end and returns milliseconds per job. */
async function run(pool: pg.Pool, store: PostgresStore, steps: readonly Partial<PlannedStep>[]): Promise<number> {
  const plan = plainPlan(steps)
  const from = { kind: 'plan', plan, conditions: steps.map(() => true) } as const
  const created = createBuild(
    { id: randomUUID(), queue: 'bench', at: Date.now(), held: false, from },
    defaultStoreSettings,
  )
  const client = await pool.connect()
  await client.query('begin')
  await store.builds.submit(client, created, plainContext)
  await client.query('commit')
  client.release()
  const ms = await timeMs(() => work(store, created.build.id, steps.length))
  const state = (await store.builds.load(created.build.id))?.build.state
  if (state !== 'passed') throw new Error(`the build ended ${state}`)
  return ms / steps.length
}

/** Leases, starts and finishes jobs without running anything. */
async function work(store: PostgresStore, buildId: string, jobs: number): Promise<void> {
  let done = 0
  let free = slots
  const one = async ({ jobId: job, fence }: Lease): Promise<void> => {
    await store.builds.apply(buildId, [{ type: 'started', job, fence, at: Date.now() }])
    await store.builds.apply(buildId, [{ type: 'ended', job, fence, at: Date.now(), outcome: nothing }])
    free++
    done++
  }
  const running = new Set<Promise<void>>()
  while (done < jobs) {
    const leases = free > 0 ? await store.leases.take('bench', free, Date.now()) : []
    free -= leases.length
    for (const lease of leases) {
      const job = one(lease).finally(() => running.delete(job))
      running.add(job)
    }
    if (running.size > 0) await Promise.race(running)
  }
}
