import pg from 'pg'
import type { Logger } from 'pino'

/** A connection that is new plans each statement five times before PostgreSQL keeps a plan: those of the last burst are kept for the next one. */
const restMs = 10 * 60_000

/** A process that is held up in a transaction keeps its locks for so long at the most; packing a large log takes a part of it. */
const heldUpMs = 120_000

/**
 * A pool whose connections may break at any time without harm: a broken one is dropped, and the statement that ran on it fails. PostgreSQL is started
 * again beside us, and is stopped before the last sockets are closed.
 */
export function openPool(config: pg.PoolConfig, log: Logger): pg.Pool {
  const pool = new pg.Pool({
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: restMs,
    idle_in_transaction_session_timeout: heldUpMs,
    ...config,
  })
  const note = (error: Error) => log.debug({ err: error }, 'lost a database connection')
  pool.on('error', note)
  pool.on('connect', (client) => client.on('error', note))
  return pool
}
