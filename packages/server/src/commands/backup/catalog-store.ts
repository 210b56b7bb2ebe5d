/** Reads the database's catalog, and suspends its constraints while rows are restored. */
import pg from 'pg'
import type { Database } from '../../platform/database/transaction.ts'

export interface TableColumns {
  readonly schema: string
  readonly name: string
  /** The stored columns, without generated ones. */
  readonly columns: readonly string[]
}

export interface SequenceState {
  readonly schema: string
  readonly name: string
  /** The last value that the sequence returned. */
  readonly last: string
}

/** A foreign key, to be dropped and created again. */
interface ForeignKey {
  readonly table: string
  readonly name: string
  readonly definition: string
}

const ours = "nspname in ('public', 'engine')"

/** Lists the tables that survive a crash of the database. Unlogged tables need no backup. */
export async function listTables(database: Database): Promise<readonly TableColumns[]> {
  const { rows } = await database.query<TableColumns>(
    `select n.nspname::text as schema, c.relname::text as name,
            array(select a.attname::text from pg_attribute a
                   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and c.relpersistence = 'p' and n.${ours}
      order by 1, 2`,
  )
  return rows
}

/**
 * Lists the sequences that have returned a value. Sequences run ahead of transactions, so a value
 * read now covers every row.
 */
export async function listSequences(database: Database): Promise<readonly SequenceState[]> {
  const { rows } = await database.query<SequenceState>(
    `select schemaname::text as schema, sequencename::text as name, last_value::text as last
       from pg_sequences where schemaname in ('public', 'engine') and last_value is not null order by 1, 2`,
  )
  return rows
}

/** Makes a sequence continue after a value. */
export async function setSequence(database: Database, { schema, name, last }: SequenceState): Promise<void> {
  await database.query('select setval($1::regclass, $2::bigint)', [quoted({ schema, name }), last])
}

/** Quotes the name of a table or sequence for a statement. */
export function quoted({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`
}

/** Returns columns as a quoted list for a statement. */
export function quotedColumns({ columns }: Pick<TableColumns, 'columns'>): string {
  return columns.map(pg.escapeIdentifier).join(', ')
}

/**
 * Runs `fill` with triggers and foreign keys off. Afterwards all references are checked; a dangling
 * one is an error. Must be called within a transaction, so that other connections do not see this
 * state.
 */
export async function withoutRules(
  database: Database,
  tables: readonly TableColumns[],
  fill: () => Promise<void>,
): Promise<void> {
  const { rows: keys } = await database.query<ForeignKey>(
    `select conrelid::regclass::text as table, quote_ident(conname) as name, pg_get_constraintdef(k.oid) as definition
       from pg_constraint k join pg_namespace n on n.oid = k.connamespace where k.contype = 'f' and n.${ours}`,
  )
  for (const { table, name } of keys) await database.query(`alter table ${table} drop constraint ${name}`)
  for (const table of tables) await database.query(`alter table ${quoted(table)} disable trigger user`)
  await fill()
  for (const table of tables) await database.query(`alter table ${quoted(table)} enable trigger user`)
  for (const { table, name, definition } of keys)
    await database.query(`alter table ${table} add constraint ${name} ${definition}`)
}

/** Returns whether the database has neither tables of a server nor pending tasks. */
export async function isEmptyDatabase(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ tables: boolean; worker: boolean }>(
    `select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p') and n.${ours}) as tables,
            to_regclass('graphile_worker._private_jobs') is not null as worker`,
  )
  const [{ tables, worker } = { tables: true, worker: false }] = rows
  if (tables || !worker) return !tables
  const { rowCount } = await database.query('select from graphile_worker._private_jobs limit 1')
  return rowCount === 0
}
