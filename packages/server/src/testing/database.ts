/** Databases on the PostgreSQL of this run, as the server makes and uses them. */
import { afterFile } from '@harmont/test-kit/file'
import { createDatabase, type Database, type Template } from '@harmont/test-kit/postgres'
import type pg from 'pg'
import { pino } from 'pino'
import { migrateDatabase } from '../platform/database/open-database.ts'
import { openPool } from '../platform/database/pool.ts'

const log = pino({ level: 'silent' })

/** With all tables of the server, as its first start leaves them. */
const migrated: Template = {
  name: 'harmont_server',
  async fill(connection) {
    const pool = openPool(connection, log)
    await migrateDatabase(pool, log)
    await pool.end()
  },
}

/** Returns a database with the server's tables, which goes when the test file ends. */
export async function migratedDatabase(): Promise<Database> {
  const database = await createDatabase(migrated)
  afterFile(() => database.drop())
  return database
}

/** Returns a pool on an empty database. Both go when the test file ends. */
export async function freshDatabase(): Promise<pg.Pool> {
  const { connection, drop } = await createDatabase()
  const pool = openPool(connection, log)
  afterFile(drop)
  afterFile(() => pool.end())
  return pool
}

/** The address of a fresh database, as HARMONT_DATABASE_URL takes it. */
export function databaseUrl({ options: { user, database, host } }: pg.Pool): string {
  return `postgres://${user}@${encodeURIComponent(String(host))}/${database}`
}
