import type pg from 'pg'
import { recordAudit, systemActor } from '../../platform/audit/record-audit.ts'
import { type Migration, migrateWithin } from '../../platform/database/migrate.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { SettingsError } from '../../platform/settings/read-settings.ts'
import type { ArchiveReader } from './archive-reader.ts'
import {
  isEmptyDatabase,
  listTables,
  quoted,
  quotedColumns,
  setSequence,
  type TableColumns,
  withoutRules,
} from './catalog-store.ts'
import { copyIn } from './copy-rows.ts'
import { copyTasksIn } from './copy-tasks.ts'
import type { Manifest } from './manifest.ts'
import { entryOf } from './table-entry.ts'

const restored = 'server.restored'

/**
 * Creates and fills the tables of the backup's release, within the caller's transaction. `id` names
 * this restore for `wasRestored`.
 */
export async function restoreDatabase(
  client: pg.PoolClient,
  reader: ArchiveReader,
  {
    manifest,
    migrations,
    id,
  }: { readonly manifest: Manifest; readonly migrations: readonly Migration[]; readonly id: string },
): Promise<void> {
  const ran = new Set(manifest.migrations)
  await migrateWithin(
    client,
    migrations.filter(({ name }) => ran.has(name)),
  )
  const tables = await listTables(client)
  await withoutRules(client, tables, async () => {
    for (const wanted of manifest.tables) {
      const entry = requireTable(tables, wanted)
      await copyIn(client, `${quoted(wanted)} (${quotedColumns(wanted)})`, reader, entry)
    }
  })
  for (const sequence of manifest.sequences) await setSequence(client, sequence)
  await copyTasksIn(client, reader)
  // The planner needs statistics from the first request on.
  await client.query('analyze')
  await recordAudit(client, systemActor, {
    organizationId: null,
    action: restored,
    details: { restore: id, release: manifest.release, made_at: manifest.madeAt },
  })
}

/** Fails unless the database is empty. */
export async function requireEmptyDatabase(database: Database): Promise<void> {
  if (!(await isEmptyDatabase(database)))
    throw new SettingsError(
      'HARMONT_DATABASE_URL: expected an empty database to restore into, got one that has tables. Create another database and set its URL.',
    )
}

/** Returns whether the restore of this id has filled the database. */
export async function wasRestored(database: Database, id: string): Promise<boolean> {
  if (await isEmptyDatabase(database)) return false
  const { rows } = await database.query<{ there: boolean }>(
    "select to_regclass('public.audit_events') is not null as there",
  )
  if (rows[0]?.there !== true) return false
  const { rowCount } = await database.query(
    "select from audit_events where action = $1 and details ->> 'restore' = $2",
    [restored, id],
  )
  return rowCount === 1
}

/** Returns the entry of a table. Only names of existing tables and columns get into statements. */
function requireTable(tables: readonly TableColumns[], { schema, name, columns }: TableColumns): string {
  const found = tables.find((table) => table.schema === schema && table.name === name)
  const entry = entryOf({ schema, name })
  if (found === undefined || entry === null || columns.some((column) => !found.columns.includes(column)))
    throw new SettingsError(
      `restore: the backup has rows of ${schema}.${name} (${columns.join(', ')}), which a server of its release does not have: the backup was modified.`,
    )
  return entry
}
