/** Databases on the PostgreSQL of this run. */
import { afterFile } from '@harmont/test-kit/file'
import { createDatabase, type Database, type Template } from '@harmont/test-kit/postgres'
import type pg from 'pg'
import { pino } from 'pino'
import { migrateDatabase } from '../platform/database/open-database.ts'
import { openPool } from '../platform/database/pool.ts'

const log = pino({ level: 'silent' })

/** A database with all tables of the server. */
const migrated: Template = {
  name: 'harmont_server',
  async fill(connection) {
    const pool = openPool(connection, log)
    await migrateDatabase(pool, log)
    await pool.end()
  },
}

/** Returns a database with the server's tables, which is dropped when the test file ends. */
export async function migratedDatabase(): Promise<Database> {
  const database = await createDatabase(migrated)
  afterFile(() => database.drop())
  return database
}

/** Returns a pool on an empty database. Both end with the test file. */
export async function freshDatabase(): Promise<pg.Pool> {
  const { connection, drop } = await createDatabase()
  const pool = openPool(connection, log)
  afterFile(drop)
  afterFile(() => pool.end())
  return pool
}

/** Returns the URL of a fresh database, for HARMONT_DATABASE_URL. */
export function databaseUrl({ options: { user, database, host } }: pg.Pool): string {
  return `postgres://${user}@${encodeURIComponent(String(host))}/${database}`
}
