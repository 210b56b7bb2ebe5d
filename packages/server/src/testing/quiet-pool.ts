import type pg from 'pg'
import { pino } from 'pino'
import { openPool } from '../platform/database/pool.ts'

const silent = pino({ level: 'silent' })

/** A pool of the server's kind, for a test to look into a database whose connections may break at any time. */
export function quietPool(config: pg.PoolConfig): pg.Pool {
  return openPool(config, silent)
}
