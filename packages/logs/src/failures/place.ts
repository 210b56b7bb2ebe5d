/** A line of a source file. */
export interface Place {
  readonly file: string
  readonly line: number | null
}

/** Matches paths of code of a runtime or an installed package. */
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

/** A longer line is no stack frame. */
const longestLine = 2_000
const numbered = /:(?:line )?(\d{1,9})(?![\w.])/g
const python = /File "([^"]+)", line (\d{1,9})/
const perl = / at (\S+) line (\d{1,9})\b/
const bats = /\bfile (\S+), line (\d{1,9})\b/
const beforeFile = /[\s"'`(),;<>[\]{}|=]/

/**
 * Returns the possible places in one line of any tool, in order: `b.js:3:7`, `(B.java:3)`,
 * `File "b.py", line 3`. The caller checks that the files exist.
 */
export function placesIn(whole: string): readonly Place[] {
  const text = whole.slice(0, longestLine)
  const [, quoted, line] = python.exec(text) ?? perl.exec(text) ?? bats.exec(text) ?? []
  if (quoted !== undefined) return [placeOf(quoted, line)]
  const places: Place[] = []
  let from = 0
  for (const { index, 0: matched, 1: number } of text.matchAll(numbered)) {
    const before = text.slice(from, index)
    from = index + matched.length
    // The column of the previous place.
    if (before === '') continue
    let start = before.length
    while (start > 0 && !beforeFile.test(before.charAt(start - 1))) start -= 1
    const word = before.slice(start)
    if (word !== '') places.push(placeOf(word, number))
    // A path with spaces is in parentheses or follows the mark of a frame.
    const open = Math.max(before.lastIndexOf('('), before.lastIndexOf('❯ ') + 1)
    const path = before.slice(open + 1)
    if (open > 0 && path !== word && path !== '') places.push(placeOf(path, number))
  }
  return places
}
