import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Database } from '../database/transaction.ts'

/**
 * Shows other processes that this process's worker is alive, by a database lock that ends with the
 * connection. The library itself releases the job of a killed process only after four hours.
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

const retryMs = 1_000

async function hold(pool: pg.Pool, workerId: string, signal: AbortSignal, log: Logger): Promise<void> {
  while (!signal.aborted) {
    try {
      const client = await pool.connect()
      try {
        await noticeDeath(client)
        while (!(await takeWorkerLock(client, workerId))) await sleep(retryMs, undefined, { signal })
        await endOf(client, signal)
      } finally {
        client.release(true) // releases the lock
      }
    } catch (error) {
      log.debug({ err: error }, 'could not take the worker lock; retrying')
      await sleep(retryMs, undefined, { signal }).catch(() => undefined) // stopped
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

/** The first of the two numbers of a lock, its kind. */
const workerLockKind = 0x776f726b

/**
 * Lets PostgreSQL notice within half a minute that this machine has disappeared, and end the
 * connection with its lock. By default, it would probe the connection only after two hours.
 */
async function noticeDeath(database: Database): Promise<void> {
  await database.query(
    `select set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),
            set_config('tcp_keepalives_count', '3', false)`,
  )
}

/**
 * Takes the lock of that worker, which this connection then holds until it ends. Returns false
 * while another connection has it, perhaps one of this process whose break PostgreSQL has not
 * noticed.
 */
async function takeWorkerLock(database: Database, workerId: string): Promise<boolean> {
  const { rows } = await database.query<{ taken: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as taken', [
    workerLockKind,
    workerId,
  ])
  return rows[0]?.taken === true
}

/**
 * Releases the jobs of workers whose locks are free, since the processes of these workers are dead.
 * Returns their number.
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
