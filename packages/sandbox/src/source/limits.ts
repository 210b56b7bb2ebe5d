export interface SourceLimits {
  /** Of the archive as it was sent. */
  readonly archiveBytes: number
  readonly entries: number
  /** Of all files together, a hard link counted as the file it is. */
  readonly bytes: number
  /** Unpacked to packed; counts beyond 50 MiB. */
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
