/** What the writer and the reader of a backup agree on. */

/** Last in a backup: without it the file is not whole. */
export const endName = 'end.json'

/** What all entries before the end were. */
export interface ArchiveEnd {
  readonly entries: number
  /** Of the head and the bytes of each entry, in order. */
  readonly sha256: string
}

/** What goes into the digest before the bytes of an entry, so that no two archives have the same. */
export function digestHead(name: string, size: number): string {
  return `${name}\n${size}\n`
}
