import { formatLineTime, type TimeMode } from './line-times.ts'
import type { LogLine } from './lines.ts'
import { playLine } from './play-line.ts'

/** The largest copy. Above this size the page offers the download (web L18). */
export const mostCopied = { lines: 50_000, bytes: 5_000_000 } as const

/** A position in the visible text of a line, in UTF-16 units. */
export interface TextPlace {
  readonly line: number
  readonly offset: number
}

interface CopyLook {
  readonly times: TimeMode
  readonly t0: string | null
}

/** Returns consecutive lines as shown: without numbers and escapes, with times if they are on. */
export function textOfLines(lines: readonly LogLine[], { times, t0 }: CopyLook): string {
  return lines
    .map((line) => {
      const { text } = playLine(line.text, line.style)
      const time = formatLineTime(line.ms, t0, times)
      return time === '' ? text : `${time} ${text}`
    })
    .join('\n')
}

/**
 * Returns the text between positions in the first and last line. Only whole lines include times.
 */
export function textBetween(lines: readonly LogLine[], from: number, to: number, look: CopyLook): string {
  const texts = lines.map((line) => playLine(line.text, line.style).text)
  const last = texts.length - 1
  if (last < 0) return ''
  if (last === 0) return (texts[0] ?? '').slice(from, to)
  const isWhole = from === 0
  const [first, middle] = [textOfLines(lines.slice(0, 1), look), textOfLines(lines.slice(1, last), look)]
  const end = (texts[last] ?? '').slice(0, to)
  const time = formatLineTime(lines[last]?.ms ?? null, look.t0, look.times)
  return [
    isWhole ? first : (texts[0] ?? '').slice(from),
    ...(last > 1 ? [middle] : []),
    time === '' || to === 0 ? end : `${time} ${end}`,
  ].join('\n')
}
