import pg from 'pg'
import type { Logger } from 'pino'

/**
 * Long enough to keep connections for the next burst. A new connection plans each statement five
 * times before PostgreSQL caches a plan.
 */
const restMs = 10 * 60_000

/**
 * Bounds how long a suspended process keeps its locks. Packing a large log takes a fraction of it.
 */
const heldUpMs = 120_000

/**
 * Creates a pool whose connections may break without harm: a broken one is dropped, and its
 * statement fails. PostgreSQL restarts beside the server, and stops before the last sockets are
 * closed.
 */
export function openPool(config: pg.PoolConfig, log: Logger): pg.Pool {
  const pool = new pg.Pool({
    connectionTimeoutMillis: 10_000,
    // Finds a host that vanished: an idle connection to it would wait for the next statement.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    idleTimeoutMillis: restMs,
    idle_in_transaction_session_timeout: heldUpMs,
    ...config,
  })
  const note = (error: Error) => log.debug({ err: error }, 'lost a database connection')
  pool.on('error', note)
  pool.on('connect', (client) => client.on('error', note))
  return pool
}
