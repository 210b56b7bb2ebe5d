/** The archive format of backups, shared by writer and reader. */

/** The last entry of a backup. A file without it is incomplete. */
export const endName = 'end.json'

/** A summary of all entries before the end. */
export interface ArchiveEnd {
  readonly entries: number
  /** Digest of the head and the bytes of each entry, in order. */
  readonly sha256: string
}

/**
 * Returns the bytes that are hashed before an entry's own, so that different archives have
 * different digests.
 */
export function digestHead(name: string, size: number): string {
  return `${name}\n${size}\n`
}
