/** What the database says of its own tables, and what a restore has to put aside in them while rows come in. */
import pg from 'pg'
import type { Database } from '../../platform/database/transaction.ts'

export interface TableColumns {
  readonly schema: string
  readonly name: string
  /** Those that have a value of their own: none that is computed. */
  readonly columns: readonly string[]
}

export interface SequenceState {
  readonly schema: string
  readonly name: string
  /** The last value that was given. */
  readonly last: string
}

/** A foreign key, to be dropped and made again as it was. */
interface ForeignKey {
  readonly table: string
  readonly name: string
  readonly definition: string
}

const ours = "nspname in ('public', 'engine')"

/** Tables that outlive a crash of the database; those that do not are not worth keeping either. */
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

/** Sequences that have given a value. They run ahead of any transaction: what is read now is at least what it has. */
export async function listSequences(database: Database): Promise<readonly SequenceState[]> {
  const { rows } = await database.query<SequenceState>(
    `select schemaname::text as schema, sequencename::text as name, last_value::text as last
       from pg_sequences where schemaname in ('public', 'engine') and last_value is not null order by 1, 2`,
  )
  return rows
}

/** Lets a sequence go on after a value. */
export async function setSequence(database: Database, { schema, name, last }: SequenceState): Promise<void> {
  await database.query('select setval($1::regclass, $2::bigint)', [quoted({ schema, name }), last])
}

/** A table's or a sequence's name for a statement, whatever it consists of. */
export function quoted({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`
}

/** Columns as a list for a statement. */
export function quotedColumns({ columns }: Pick<TableColumns, 'columns'>): string {
  return columns.map(pg.escapeIdentifier).join(', ')
}

/**
 * Runs `fill` while no trigger fires and rows may come in any order. Afterwards every reference is looked at: one that leads nowhere fails. To be called
 * within a transaction, of which nothing is seen outside.
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

/** Whether there is nothing yet of a server: no table, and no task that somebody wants done. */
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
