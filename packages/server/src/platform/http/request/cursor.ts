import { createHmac, timingSafeEqual } from 'node:crypto'
import { apiError } from '../api-error.ts'

/** The list of a cursor. Every other list refuses the cursor. */
export interface CursorList {
  /** The paged operation. */
  readonly operationId: string
  /** The organization or user that owns the list. */
  readonly owner: string
  /** Filters and path parameters that narrow the list. */
  readonly filters?: Readonly<Record<string, string>>
}

/** The sort key of the last row of a page. */
export type CursorKey = readonly (string | number)[]

/** Creates and parses the `cursor` of paged lists. */
export interface Cursors {
  readonly encode: (list: CursorList, key: CursorKey) => string
  /**
   * Returns the key; null for an absent or empty cursor. Throws 400 `invalid_cursor` for one that
   * is damaged or of another list.
   */
  readonly decode: (list: CursorList, cursor: string | undefined) => CursorKey | null
}

const macBytes = 16

/** Returns cursors sealed with `secret`, which all processes must share. They do not expire. */
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
      // Buffer.from skips invalid characters, so the text is compared again. A cursor has only one
      // spelling.
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
