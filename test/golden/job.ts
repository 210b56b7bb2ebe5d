/** One pipeline file to render stand-alone. */
export interface RenderJob {
  readonly file: string
  /** The project directory, which is the working directory too. */
  readonly project: string
  readonly org: string
  readonly slug: string
  /** Whole seconds since 1970. */
  readonly now: number
  readonly env: Readonly<Record<string, string>>
}

/**
 * The IR and the rest of the envelope's entry as compact JSON, in the SDK's order; or the error.
 */
export type RenderAnswer = { readonly definition: string; readonly entry: string } | { readonly error: string }
