import type { TableColumns } from './catalog-store.ts'

/**
 * Tables that are not copied. A restore runs the migrations itself. Build events are ordered by the
 * transactions of one database, so their readers start over after a restore.
 */
const leftBehind: ReadonlySet<string> = new Set(['public.migrations', 'public.build_events'])

/** Returns the entry of a table's rows; null for a table that is not copied. */
export function entryOf({ schema, name }: Pick<TableColumns, 'schema' | 'name'>): string | null {
  const full = `${schema}.${name}`
  return leftBehind.has(full) ? null : `database/${full}`
}
