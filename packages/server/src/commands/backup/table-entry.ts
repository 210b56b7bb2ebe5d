import type { TableColumns } from './catalog-store.ts'

/**
 * Tables that are not copied: which migrations ran, because a restore runs them, and recent changes
 * of builds, because they are in the order of one database's transactions. Their followers read
 * everything again after a restore.
 */
const leftBehind: ReadonlySet<string> = new Set(['public.migrations', 'public.build_events'])

/** Returns the entry of a table's rows; null for a table that is not copied. */
export function entryOf({ schema, name }: Pick<TableColumns, 'schema' | 'name'>): string | null {
  const full = `${schema}.${name}`
  return leftBehind.has(full) ? null : `database/${full}`
}
