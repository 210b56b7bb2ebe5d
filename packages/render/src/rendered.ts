/** A pipeline as a runner takes it. */
export interface Rendered {
  readonly ok: true
  readonly slug: string
  readonly name: string
  /**
   * The IR with cache keys, without spaces. Not planned: what does not plan is here as it is,
   * without keys.
   */
  readonly json: string
  /** `json` parsed. */
  readonly document: unknown
  /** Relative to the project directory. */
  readonly file: string
  /** Where its steps were made, for `describeProblems`. */
  readonly places: unknown
  /** Sentences for the author, each beginning with the file. */
  readonly warnings: readonly string[]
  /** What the programs printed, both streams as they came. */
  readonly output: string
}

/** Why there is no pipeline to run. */
export interface RenderFailure {
  readonly ok: false
  /** `render_failed`, or `duplicate_slug`. */
  readonly code: string
  /** `.hm/ci.ts:12: what went wrong`, then further frames, each on a line. */
  readonly message: string
  /** Relative to the project directory; null when it is of no one file. */
  readonly file: string | null
  readonly line: number | null
  /** The slugs that there are, where none is the one asked for. */
  readonly slugs?: readonly string[]
  readonly output: string
}
