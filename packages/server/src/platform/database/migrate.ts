import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'

export interface Migration {
  /** Unique forever. The name is recorded once the migration has run. */
  readonly name: string
  readonly sql: string
}

/** Keeps two starting servers from migrating at the same time. */
const migrationLock = 0x6d696772

const recordsText =
  'create table if not exists migrations (name text primary key, ran_at timestamptz not null default now())'

/** Reads the numbered migrations of a folder, in order. */
export async function readMigrations(folder: string, prefix: string): Promise<readonly Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
  return Promise.all(
    files.map(async (file) => ({ name: `${prefix}/${file}`, sql: await readFile(join(folder, file), 'utf8') })),
  )
}

/** Runs the pending migrations, each in a transaction with its record. Returns their names. */
export async function migrate(pool: pg.Pool, migrations: readonly Migration[]): Promise<readonly string[]> {
  const client = await pool.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock])
    await client.query(recordsText)
    const { rows } = await client.query<{ name: string }>('select name from migrations')
    const done = new Set(rows.map((row) => row.name))
    const open = migrations.filter((migration) => !done.has(migration.name))
    for (const migration of open) await run(client, migration)
    await client.query('select pg_advisory_unlock($1)', [migrationLock])
    client.release()
    return open.map((migration) => migration.name)
  } catch (error) {
    client.release(true) // closing the connection releases the lock
    throw error
  }
}

/**
 * Runs these migrations in an empty database, within the transaction that fills it. Servers wait
 * with migrations until the transaction ends.
 */
export async function migrateWithin(client: pg.PoolClient, migrations: readonly Migration[]): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [migrationLock])
  await client.query(recordsText)
  for (const migration of migrations) await runWithin(client, migration)
}

async function run(client: pg.PoolClient, migration: Migration): Promise<void> {
  try {
    await client.query('begin')
    await runWithin(client, migration)
    await client.query('commit')
  } catch (cause) {
    await client.query('rollback')
    throw new Error(`The database migration ${migration.name} failed.`, { cause })
  }
}

async function runWithin(client: pg.PoolClient, { name, sql }: Migration): Promise<void> {
  await client.query(sql)
  await client.query('insert into migrations (name) values ($1)', [name])
}
