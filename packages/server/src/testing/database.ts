/** A real PostgreSQL for the tests of one file. */
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll } from 'vitest'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../database/embedded/supervisor.ts'
import { openPool } from '../database/pool.ts'

const log = pino({ level: 'silent' })
let path: string
let server: EmbeddedPostgres
let made = 0
const pools: pg.Pool[] = []

beforeAll(async () => {
  path = await mkdtemp('/var/tmp/harmont-test-')
  server = await startEmbeddedPostgres(join(path, 'database'), 'test', log)
})
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  await server.stop()
  await rm(path, { recursive: true })
})

/** A pool on an empty database of its own. */
export async function freshDatabase(): Promise<pg.Pool> {
  made += 1
  const database = `test_${made}`
  const client = new pg.Client(server.connection)
  await client.connect()
  await client.query(`create database ${database}`)
  await client.end()
  const pool = openPool({ ...server.connection, database }, log)
  pools.push(pool)
  return pool
}

/** The address of a fresh database, as HARMONT_DATABASE_URL takes it. */
export function databaseUrl({ options }: pg.Pool): string {
  const { user, password, database, host } = options
  return `postgres://${user}:${encodeURIComponent(String(password))}@${encodeURIComponent(String(host))}/${database}`
}
