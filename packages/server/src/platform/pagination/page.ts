import type { CursorKey, CursorList, Cursors } from '../http/index.ts'

/** Cuts a page from `rows`, which contain one row more than requested if there is a next page. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  cursors: Cursors,
  list: CursorList,
  { keyOf, present }: { readonly keyOf: (row: Row) => CursorKey; readonly present: (row: Row) => Item },
): { data: Item[]; next_cursor: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const isMore = rows.length > limit && last !== undefined
  return { data: shown.map(present), next_cursor: isMore ? cursors.encode(list, keyOf(last)) : null }
}

/** The position in a list by age, which continues after this instant and id. */
export interface AgeKey {
  readonly createdAt: Date
  readonly id: string
}

/** Parses a cursor key of `ageKeyOf`; null at the beginning of the list. */
export function readAgeKey(key: CursorKey | null): AgeKey | null {
  return key === null ? null : { createdAt: new Date(Number(key[0])), id: String(key[1]) }
}

/** Returns the key of a row in a list by age. */
export function ageKeyOf(row: { readonly id: string; readonly created_at: Date }): CursorKey {
  return [row.created_at.getTime(), row.id]
}
