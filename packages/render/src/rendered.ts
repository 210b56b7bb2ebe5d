/** A rendered pipeline for a runner. */
export interface Rendered {
  readonly ok: true
  readonly slug: string
  readonly name: string
  /**
   * The IR with cache keys, without spaces. A document that cannot be planned is unchanged and has
   * no keys.
   */
  readonly json: string
  /** `json` parsed. */
  readonly document: unknown
  /** Relative to the project directory. */
  readonly file: string
  /** The places of the pipeline's steps, for `describeProblems`. */
  readonly places: unknown
  /** Warnings for the author, each beginning with the file. */
  readonly warnings: readonly string[]
  /** The programs' output, both streams interleaved as received. */
  readonly output: string
}

/** The reason why there is no pipeline to run. */
export interface RenderFailure {
  readonly ok: false
  /** `render_failed`, or `duplicate_slug`. */
  readonly code: string
  /** `.hm/ci.ts:12: what went wrong`, then further frames, each on a line. */
  readonly message: string
  /** Relative to the project directory; null for an error of several files. */
  readonly file: string | null
  readonly line: number | null
  /** The existing slugs, if the requested one is missing. */
  readonly slugs?: readonly string[]
  readonly output: string
}
