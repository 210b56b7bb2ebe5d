import type { Schema } from '../../api/schemas.ts'
import { styleAfter } from './escapes.ts'
import { plain, type Style } from './style.ts'

/** A line of the log, numbered from 1 as in `logs.txt`. */
export interface LogLine {
  /** Milliseconds since the log's first output; null where it is not known. */
  readonly ms: number | null
  readonly isStderr: boolean
  /** As it came, escape sequences in it, without its line feed. */
  readonly text: string
  readonly isInvalid: boolean
  /** Of a line that is not all here: how many bytes it has. */
  readonly cutBytes: number | null
  /** Of such a line: at which byte of `logs.txt` it begins. */
  readonly offset: number | null
  /** What is in force where it begins. */
  readonly style: Style
}

/**
 * The lines of a page, each with the style that it begins with. After a line whose colours are cut off with its end it is not known what is in force: the page
 * ends there, and the lines behind it are read by themselves, which tells it.
 */
export function linesOfPage({ sgr, lines: given }: Pick<Schema<'LogPage'>, 'sgr' | 'lines'>): readonly LogLine[] {
  const lines: LogLine[] = []
  let style = styleAfter(sgr, plain)
  for (const [ms, stream, text, flags, bytes, offset] of given) {
    const line: LogLine = {
      ms: typeof ms === 'number' ? ms : null,
      isStderr: stream === 1,
      text: typeof text === 'string' ? text : '',
      isInvalid: typeof flags === 'number' && (flags & 1) !== 0,
      cutBytes: typeof bytes === 'number' ? bytes : null,
      offset: typeof offset === 'number' ? offset : null,
      style,
    }
    lines.push(line)
    if (line.cutBytes !== null && line.text.includes('\x1b')) break
    style = styleAfter(line.text, style)
  }
  return lines
}
