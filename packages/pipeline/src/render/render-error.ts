/** Why a pipeline could not be rendered, with the file of the project in which it was tried. */
export class RenderError extends Error {
  override readonly name = 'RenderError'
  /** Relative to the project directory. */
  readonly file: string

  constructor(file: string, cause: unknown) {
    super(`${file} could not be rendered`, { cause })
    this.file = file
  }
}
