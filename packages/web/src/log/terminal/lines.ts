import type { Schema } from '../../api/schemas.ts'
import { styleAfter } from './escapes.ts'
import { plain, type Style } from './style.ts'

/** A line of the log, numbered from 1 as in `logs.txt`. */
export interface LogLine {
  /** Milliseconds since the first output; null if unknown. */
  readonly ms: number | null
  readonly isStderr: boolean
  /** The raw line with its escape sequences, without its newline. */
  readonly text: string
  readonly isInvalid: boolean
  /** The full size of a truncated line in bytes; null if it is complete. */
  readonly cutBytes: number | null
  /** The byte offset in `logs.txt` at which a truncated line starts. */
  readonly offset: number | null
  /** The style at its start. */
  readonly style: Style
}

/**
 * Returns the lines of a page, each with its initial style. The style after a truncated line with
 * colours is unknown. The page then ends there, and the following lines are read separately.
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
