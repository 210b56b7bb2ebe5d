import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Database } from '../database/transaction.ts'

/**
 * Shows other processes that this one's worker is alive, by a database lock that ends with our
 * connection. The library itself releases the job of a killed process after four hours only.
 */
export function keepWorkerLock(pool: pg.Pool, workerId: string, log: Logger): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const held = hold(pool, workerId, stopping.signal, log)
  return {
    async stop() {
      stopping.abort()
      await held
    },
  }
}

async function hold(pool: pg.Pool, workerId: string, signal: AbortSignal, log: Logger): Promise<void> {
  while (!signal.aborted) {
    try {
      const client = await pool.connect()
      try {
        await holdWorkerLock(client, workerId)
        await endOf(client, signal)
      } finally {
        client.release(true) // releases the lock
      }
    } catch (error) {
      log.debug({ err: error }, 'could not take the worker lock; retrying')
      await sleep(1000, undefined, { signal }).catch(() => undefined) // stopped
    }
  }
}

/** Resolves when the connection breaks or the signal is aborted. */
function endOf(client: pg.PoolClient, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = () => resolve()
    client.once('end', over)
    client.once('error', over)
    signal.addEventListener('abort', over, { once: true })
    if (signal.aborted) over()
  })
}

/** A lock has two numbers; this one is its kind. */
const workerLockKind = 0x776f726b

/** Waits for the lock of that worker, which this connection then holds until it ends. */
async function holdWorkerLock(database: Database, workerId: string): Promise<void> {
  await database.query('select pg_advisory_lock($1, hashtext($2))', [workerLockKind, workerId])
}

/**
 * Releases the jobs of workers without their lock, whose processes are dead. Returns the number of
 * those workers.
 */
export async function releaseJobsOfDeadWorkers(database: Database): Promise<number> {
  const { rows } = await database.query<{ dead: string[] | null }>(
    `with held as (select distinct locked_by from graphile_worker.jobs where locked_by is not null)
     select array_agg(locked_by) as dead from held where pg_try_advisory_xact_lock($1, hashtext(locked_by))`,
    [workerLockKind],
  )
  const dead = rows[0]?.dead ?? []
  if (dead.length > 0) await database.query('select graphile_worker.force_unlock_workers($1)', [dead])
  return dead.length
}
