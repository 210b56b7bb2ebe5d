import type pg from 'pg'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { freshDatabase } from '../../testing/database.ts'
import { migrateWorker } from './supervise-worker.ts'
import { keepWorkerLock, releaseJobsOfDeadWorkers } from './worker-locks.ts'

const log = pino({ level: 'silent' })

/** Returns the PostgreSQL processes that hold a worker's lock. */
async function holdersOf(pool: pg.Pool): Promise<readonly number[]> {
  const { rows } = await pool.query<{ pid: number }>(
    `select l.pid from pg_locks l join pg_database d on d.oid = l.database
      where l.locktype = 'advisory' and d.datname = current_database() and l.granted`,
  )
  return rows.map(({ pid }) => pid)
}

test('G02 a job of a killed process is retried immediately, and a job of a live process is not', async () => {
  const pool = await freshDatabase()
  await migrateWorker(pool, log)
  for (const worker of ['dead', 'living']) {
    const { rows } = await pool.query("select id from graphile_worker.add_job('x')")
    await pool.query('update graphile_worker._private_jobs set locked_by = $2, locked_at = now() where id = $1', [
      rows[0].id,
      worker,
    ])
  }
  const locked = async () => {
    const { rows } = await pool.query('select locked_by from graphile_worker.jobs order by locked_by')
    return rows.map(({ locked_by }) => locked_by)
  }
  const lives = keepWorkerLock(pool, 'living', log)
  onTestFinished(() => lives.stop())
  await expect.poll(() => holdersOf(pool)).toHaveLength(1)
  expect(await releaseJobsOfDeadWorkers(pool)).toBe(1)
  expect(await locked()).toEqual(['living', null])
  await lives.stop()
  await expect.poll(() => releaseJobsOfDeadWorkers(pool)).toBe(1)
  expect(await locked()).toEqual([null, null])
})

test('a worker takes its lock again after its connection breaks', async () => {
  const pool = await freshDatabase()
  const lives = keepWorkerLock(pool, 'living', log)
  onTestFinished(() => lives.stop())
  const holders = () => holdersOf(pool)
  await expect.poll(holders).toHaveLength(1)
  const [first] = await holders()
  await pool.query('select pg_terminate_backend($1)', [first])
  await expect.poll(async () => (await holders()).filter((pid) => pid !== first)).toHaveLength(1)
  await lives.stop()
  await expect.poll(holders).toHaveLength(0)
})

test('G02 a worker ends even if its lock is held by a broken connection that PostgreSQL considers alive', async () => {
  const pool = await freshDatabase()
  const broken = keepWorkerLock(pool, 'living', log)
  onTestFinished(() => broken.stop())
  await expect.poll(() => holdersOf(pool)).toHaveLength(1)
  const lives = keepWorkerLock(pool, 'living', log)
  await expect.poll(() => pool.totalCount - pool.idleCount).toBeGreaterThan(1)
  await lives.stop()
  expect(await holdersOf(pool)).toHaveLength(1)
})
