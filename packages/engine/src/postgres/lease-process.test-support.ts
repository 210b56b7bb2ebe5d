/**
 * Leases jobs and only records them in the table `running`, for tests:
 * `node FILE POOL-CONFIG-AS-JSON SLOTS SEED`. Runs until it is killed, and writes violations to
 * `too_many`.
 */
import { chance } from '@harmont/test-kit/effort'
import pg from 'pg'
import type { Lease } from '../store.ts'
import { PostgresStore } from './postgres-store.ts'

const [config = '{}', slots = '3', seed] = process.argv.slice(2)
const { between } = chance(Number(seed))
const store = await PostgresStore.open(JSON.parse(config))
const pool = new pg.Pool(JSON.parse(config))
const runner = `process ${process.pid}`
const passed = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const

// The last one of the jobs that run together sees all of them.
const enterText =
  'insert into running select job_id, queue, pipeline, group_key, group_limit from engine.leases where job_id = $1'
const watchText = `insert into too_many select r.group_key from running r where group_key is not null group by 1 having count(*) > min(group_limit)
  union all select r.pipeline from running r join engine.limits l on l.kind = 'pipeline' and l.id = r.pipeline group by 1, l.jobs having count(*) > l.jobs
  union all select r.queue from running r join engine.limits l on l.kind = 'queue' and l.id = r.queue group by 1, l.jobs having count(*) > l.jobs`

async function run({ jobId: job, buildId, fence }: Lease): Promise<void> {
  await store.builds.apply(buildId, [{ type: 'started', job, fence, at: Date.now() }])
  await pool.query(enterText, [job])
  await pool.query(watchText)
  await new Promise((resolve) => setTimeout(resolve, between(5, 25)))
  await pool.query('delete from running where job_id = $1', [job])
  await store.builds.apply(buildId, [{ type: 'ended', job, fence, at: Date.now(), outcome: passed }])
}

console.log('ready')
setInterval(() => void store.leases.renew(runner, Date.now()), 500)
const running = new Set<Promise<void>>()
for (;;) {
  const free = Number(slots) - running.size
  const leases = free > 0 ? await store.leases.take(runner, free, Date.now()) : []
  for (const lease of leases) {
    const one = run(lease).finally(() => running.delete(one))
    running.add(one)
  }
  const pause = new Promise((resolve) => setTimeout(resolve, 20))
  await Promise.race([...running, pause])
}
