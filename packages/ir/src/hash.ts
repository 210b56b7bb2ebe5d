import { createHash } from 'node:crypto'

/** The byte that separates the parts of every key. */
export const SEPARATOR = '\0'

/** Lower-case hex SHA-256 of the UTF-8 bytes of a text: the `H` of `ir.md`. */
export function hash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
