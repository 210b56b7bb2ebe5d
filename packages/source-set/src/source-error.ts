export type SourceErrorCode =
  | 'git_failed'
  | 'unreadable'
  | 'changed'
  | 'too_many_files'
  | 'too_large_unpacked'
  | 'too_large_packed'

/** A path of the source and its size in bytes. */
export interface SizedPath {
  readonly path: string
  readonly size: number
}

/** A source cannot be read or packed. The message names the problem and the remedy. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  readonly code: SourceErrorCode
  /** The ten largest files, largest first; set with a `too_…` code. */
  readonly largest: readonly SizedPath[]

  constructor(
    code: SourceErrorCode,
    message: string,
    options: { cause?: unknown; largest?: readonly SizedPath[] } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.largest = options.largest ?? []
  }
}
