export interface SourceLimits {
  /** Maximum size of the archive as received, in bytes. */
  readonly archiveBytes: number
  readonly entries: number
  /** Maximum total size of all files, in bytes. A hard link counts as a file. */
  readonly bytes: number
  /** Maximum ratio of unpacked to packed size, checked from 50 MiB of unpacked data. */
  readonly ratio: number
  readonly pathBytes: number
  readonly depth: number
}

export const defaultSourceLimits: SourceLimits = {
  archiveBytes: 512 * 1024 * 1024,
  entries: 200_000,
  bytes: 2 * 1024 * 1024 * 1024,
  ratio: 200,
  pathBytes: 2_048,
  depth: 128,
}
