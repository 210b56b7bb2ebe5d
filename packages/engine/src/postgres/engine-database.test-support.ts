/** Creates databases with the engine's tables on the PostgreSQL server of this run, for tests. */
import { afterFile } from '@harmont/test-kit/file'
import { createDatabase, type Template } from '@harmont/test-kit/postgres'
import pg from 'pg'
import { engineMigrations } from './migrations.ts'

const migrated: Template = { name: 'harmont_engine', fill: (connection) => runMigrations(connection, engineMigrations) }

/**
 * Returns the address of a new database with the engine's tables, which is removed after the test
 * file.
 */
export function engineDatabase(): Promise<pg.PoolConfig> {
  return untilFileEnds(migrated)
}

/** Returns such a database with only some of the migrations. */
export async function engineDatabaseAfter(migrations: typeof engineMigrations): Promise<pg.PoolConfig> {
  const connection = await untilFileEnds()
  await runMigrations(connection, migrations)
  return connection
}

async function untilFileEnds(template?: Template): Promise<pg.PoolConfig> {
  const { connection, drop } = await createDatabase(template)
  afterFile(drop)
  return connection
}

async function runMigrations(connection: pg.ClientConfig, migrations: typeof engineMigrations): Promise<void> {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    for (const { sql } of migrations) await client.query(sql)
  } finally {
    await client.end()
  }
}
