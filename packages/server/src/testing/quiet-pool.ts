import type pg from 'pg'
import { pino } from 'pino'
import { openPool } from '../platform/database/pool.ts'

const silent = pino({ level: 'silent' })

/**
 * Returns a pool like the server's, with which a test inspects a database whose connections may
 * break.
 */
export function quietPool(config: pg.PoolConfig): pg.Pool {
  return openPool(config, silent)
}
