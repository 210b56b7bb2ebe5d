import { formatLineTime, type TimeMode } from './line-times.ts'
import type { LogLine } from './lines.ts'
import { playLine } from './play-line.ts'

/** More than this is not copied: the download is offered (web L18). */
export const mostCopied = { lines: 50_000, bytes: 5_000_000 } as const

/** A place in the text of a line, in UTF-16 units as it is shown. */
export interface TextPlace {
  readonly line: number
  readonly offset: number
}

interface CopyLook {
  readonly times: TimeMode
  readonly t0: string | null
}

/** The text of lines that follow one another, as they are shown: without numbers and escapes, with times where these are shown. */
export function textOfLines(lines: readonly LogLine[], { times, t0 }: CopyLook): string {
  return lines
    .map((line) => {
      const { text } = playLine(line.text, line.style)
      const time = formatLineTime(line.ms, t0, times)
      return time === '' ? text : `${time} ${text}`
    })
    .join('\n')
}

/** The same from a place in the first line to one in the last; times only where whole lines are taken. */
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
