import { createHmac, timingSafeEqual } from 'node:crypto'
import { apiError } from '../api-error.ts'

/** What a cursor belongs to: a cursor of one list is refused by every other. */
export interface CursorList {
  /** The operation that pages. */
  readonly operationId: string
  /** The organization or user whose list it is. */
  readonly owner: string
  /** Filters and path members that narrow the list. */
  readonly filters?: Readonly<Record<string, string>>
}

/** The last row of a page, as its order names it. */
export type CursorKey = readonly (string | number)[]

/** Makes and reads the `cursor` of paged lists. */
export interface Cursors {
  readonly encode: (list: CursorList, key: CursorKey) => string
  /** Gives the key, or null for an absent or empty cursor. Throws 400 `invalid_cursor` for one that is damaged or foreign. */
  readonly decode: (list: CursorList, cursor: string | undefined) => CursorKey | null
}

const macBytes = 16

/** Gives cursors sealed with `secret`, which must be the same in all processes. They do not expire. */
export function createCursors(secret: string | Uint8Array): Cursors {
  const seal = (list: CursorList, key: string): Buffer => {
    const filters = Object.entries(list.filters ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
    const sealed = JSON.stringify(['cursor', list.operationId, list.owner, filters, key])
    return createHmac('sha256', secret).update(sealed).digest().subarray(0, macBytes)
  }
  return {
    encode: (list, key) => {
      const text = JSON.stringify(key)
      return Buffer.concat([seal(list, text), Buffer.from(text)]).toString('base64url')
    },
    decode: (list, cursor) => {
      if (cursor === undefined || cursor === '') return null
      const bytes = Buffer.from(cursor, 'base64url')
      const text = bytes.subarray(macBytes).toString()
      // The text compared again: Buffer.from skips what is not base64url, which would give one cursor many spellings.
      const isWhole = bytes.toString('base64url') === cursor && bytes.length > macBytes
      if (!isWhole || !timingSafeEqual(bytes.subarray(0, macBytes), seal(list, text))) {
        throw apiError(
          'invalid_cursor',
          '`cursor` must be the `next_cursor` of this list with the same filters; start again without a cursor.',
        )
      }
      return JSON.parse(text) as CursorKey
    },
  }
}
