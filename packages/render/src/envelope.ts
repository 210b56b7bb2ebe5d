/** All pipelines of a project (`ir.md` 1.7). */
export interface Envelope {
  readonly schema_version: '1'
  readonly pipelines: readonly EnvelopePipeline[]
  readonly errors: readonly EnvelopeError[]
}

/** What a file says of a pipeline, which is not evaluated for it. */
export interface ListedPipeline {
  readonly slug: string
  readonly name: string
  readonly allow_manual: boolean
  /** As the file has them. */
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
  /** null: of the whole file. */
  readonly slug: string | null
  readonly code: string
  readonly message: string
  readonly line: number | null
}
