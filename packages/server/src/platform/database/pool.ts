import pg from 'pg'
import type { Logger } from 'pino'

/**
 * The time after which idle connections are closed, long enough to keep them for the next burst. A
 * new connection plans each statement five times before PostgreSQL caches a plan.
 */
const restMs = 10 * 60_000

/** Limits the time for which a suspended process keeps its locks. */
const heldUpMs = 120_000

/**
 * Creates a pool that tolerates broken connections: a broken one is dropped, and its statement
 * fails. The embedded PostgreSQL may restart under a running server, and stops before the last
 * sockets are closed.
 */
export function openPool(config: pg.PoolConfig, log: Logger): pg.Pool {
  const pool = new pg.Pool({
    connectionTimeoutMillis: 10_000,
    // Detects a host that disappeared. Otherwise an idle connection would fail only at its next
    // statement.
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
