import type { TableColumns } from './catalog-store.ts'

/**
 * What does not travel: which migrations ran (a restore runs them), and which builds changed of late, in the order of the transactions of one database. Who
 * follows them reads anew after a restore (`build-events/follow-organization.ts`).
 */
const leftBehind: ReadonlySet<string> = new Set(['public.migrations', 'public.build_events'])

/** Under which name a backup has the rows of a table; null when it has them not. */
export function entryOf({ schema, name }: Pick<TableColumns, 'schema' | 'name'>): string | null {
  const full = `${schema}.${name}`
  return leftBehind.has(full) ? null : `database/${full}`
}
