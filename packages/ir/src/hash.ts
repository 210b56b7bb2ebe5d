import { createHash } from 'node:crypto'

/** The byte that separates the parts of every key. */
export const SEPARATOR = '\0'

/** Returns the lower-case hex SHA-256 of a text's UTF-8 bytes: the `H` of `ir.md`. */
export function hash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
