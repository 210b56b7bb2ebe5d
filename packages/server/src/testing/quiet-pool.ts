import type pg from 'pg'
import { pino } from 'pino'
import { openPool } from '../platform/database/pool.ts'

const silent = pino({ level: 'silent' })

/**
 * Returns a pool like the server's, for a test to inspect a database whose connections may break.
 */
export function quietPool(config: pg.PoolConfig): pg.Pool {
  return openPool(config, silent)
}
