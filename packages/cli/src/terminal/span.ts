import { inert } from './inert.ts'
import type { Style, Terminal } from './terminal.ts'

export interface Span {
  readonly text: string
  readonly style?: Style
}

/** A line for a terminal, without escape sequences until it is written. */
export type Line = readonly Span[]

/** Makes a part of a line. Removes escape sequences from its text, which may be untrusted. */
export function span(text: string, style?: Style): Span {
  return style === undefined ? { text: inert(text) } : { text: inert(text), style }
}

export function plainOf(line: Line): string {
  return line.map(({ text }) => text).join('')
}

/** Returns the line with the escape sequences for this terminal. */
export function paintLine(line: Line, style: Terminal['style']): string {
  return line.map((part) => (part.style === undefined ? part.text : style(part.style, part.text))).join('')
}
