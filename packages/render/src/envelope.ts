/** All pipelines of a project (`ir.md` 1.7). */
export interface Envelope {
  readonly schema_version: '1'
  readonly pipelines: readonly EnvelopePipeline[]
  readonly errors: readonly EnvelopeError[]
}

/** A file's declaration of a pipeline, read without evaluating it. */
export interface ListedPipeline {
  readonly slug: string
  readonly name: string
  readonly allow_manual: boolean
  /** The triggers as written in the file. */
  readonly triggers: unknown
  /** Relative to the project directory. */
  readonly file: string
}

export interface EnvelopePipeline extends ListedPipeline {
  /** The IR, with cache keys. */
  readonly definition: unknown
}

export interface EnvelopeError {
  readonly file: string
  /** Slug of the failed pipeline; null for an error of the whole file. */
  readonly slug: string | null
  readonly code: string
  readonly message: string
  readonly line: number | null
}
