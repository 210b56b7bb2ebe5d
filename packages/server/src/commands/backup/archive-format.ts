/** The format that the writer and the reader of a backup share. */

/** The last entry of a backup. A file without it is incomplete. */
export const endName = 'end.json'

/** A summary of all entries before the end. */
export interface ArchiveEnd {
  readonly entries: number
  /** Digest of the head and the bytes of each entry, in order. */
  readonly sha256: string
}

/**
 * Returns the part of the digest that precedes the bytes of an entry, so that different archives
 * have different digests.
 */
export function digestHead(name: string, size: number): string {
  return `${name}\n${size}\n`
}
