import { createRequire } from 'node:module'
import { type Line, plainOf, type Span, span } from './span.ts'

/**
 * Matches text with one column for each character: ASCII, and the characters that `hm` draws
 * itself.
 */
const plain = /^[\x20-\x7e·–—‘’“”…›→∙⊘─│└├▸✓✗]*$/

/** Returns the number of columns of a text on a terminal. */
export function widthOf(text: string): number {
  if (plain.test(text)) return text.length
  // Loaded on demand: its emoji patterns take 20 ms, and most output of `hm` is plain.
  const { default: stringWidth } = createRequire(import.meta.url)('string-width') as typeof import('string-width')
  return stringWidth(text)
}

/** Returns the text, or its beginning and the mark, in at most this many columns. */
export function fit(text: string, width: number, mark: string): string {
  if (width <= 0) return ''
  // More than 16 characters per column are combining marks instead of text. The rest would be cut
  // off in any case.
  const start = text.length > width * 16 ? text.slice(0, width * 16).toWellFormed() : text
  if (start === text && widthOf(text) <= width) return text
  const room = width - widthOf(mark)
  return room < 0 ? '' : beginning(start, room) + mark
}

/** Returns as many of the text's first characters as fit into these columns. */
function beginning(text: string, columns: number): string {
  if (plain.test(text)) return text.slice(0, columns)
  let kept = ''
  let used = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += widthOf(segment)
    if (used > columns) break
    kept += segment
  }
  return kept
}

/** Pads the text with blanks to this many columns. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** Returns the line in at most this many columns, without trailing blanks. */
export function fitLine(line: Line, width: number, mark: string): Line {
  const whole = plainOf(line)
  if (widthOf(whole.trimEnd()) <= width) return trimEnd(line)
  const fitted: Span[] = []
  let left = width
  for (const [index, { text, style }] of line.entries()) {
    const rest = line.slice(index + 1).some((later) => later.text.trim() !== '')
    const shown = fit(rest && widthOf(text) === left ? `${text} ` : text, left, mark)
    fitted.push(span(shown, style))
    left -= widthOf(shown)
    if (shown !== text || left <= 0) break
  }
  return trimEnd(fitted)
}

function trimEnd(line: Line): Line {
  const trimmed = [...line]
  for (let last = trimmed.pop(); last !== undefined; last = trimmed.pop()) {
    const text = last.text.trimEnd()
    if (text !== '') return [...trimmed, { ...last, text }]
  }
  return []
}

/** Breaks the line at blanks so that no part exceeds the width unless a single word does. */
export function wrapLine(line: Line, width: number): Line[] {
  if (widthOf(plainOf(line)) <= width) return [line]
  const lines: Span[][] = []
  let current: Span[] = []
  let used = 0
  for (const { text, style } of line)
    for (const word of text.split(/(?<= )(?=[^ ])/)) {
      if (current.length > 0 && used + widthOf(word.trimEnd()) > width) {
        lines.push(current)
        current = []
        used = 0
      }
      current.push(span(word, style))
      used += widthOf(word)
    }
  return [...lines, current].map((broken) => [...trimEnd(broken)])
}
