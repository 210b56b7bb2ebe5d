/** A line of a source file. */
export interface Place {
  readonly file: string
  readonly line: number | null
}

/** Matches paths of code that came with a runtime or a package. */
const foreign =
  /(?:^|[\\/])(?:node_modules|site-packages|dist-packages)[\\/]|^(?:node:|internal\/|<|\/rustc\/|\/usr\/lib\/|\/usr\/local\/(?:go|lib)\/)|\/lib\/python3|\/go\/pkg\/mod\/|\/go\/src\/(?:testing|runtime)\//

/** Whether a file belongs to the project, judged by its path. */
export function isOwn(file: string): boolean {
  return !foreign.test(file)
}

/**
 * Returns the place at the end of a stack frame, `at f (file:///a/b.js:3:7)`, or of any text that
 * ends in `b.js:3:7`.
 */
export function placeAtEnd(text: string): Place | null {
  const frame = text.trimEnd().replace(/\)$/, '')
  const match = /:(\d{1,9}):\d{1,9}$/.exec(frame)
  if (match === null) return null
  const before = frame.slice(0, match.index)
  const open = before.lastIndexOf('(')
  const file = before.slice((open === -1 ? before.lastIndexOf(' ') : open) + 1)
  return file === '' ? null : placeOf(file, match[1])
}

/** Returns the place of a file and a line given as texts. */
export function placeOf(file: string, line: string | undefined): Place {
  return { file: file.replace(/^file:\/\//, ''), line: Number(line) }
}
