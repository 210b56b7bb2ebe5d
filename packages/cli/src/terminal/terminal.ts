import type { Writable } from 'node:stream'
import { styleText } from 'node:util'

export type Style = Parameters<typeof styleText>[0]
export type ColorWhen = 'auto' | 'always' | 'never'
type Env = Readonly<Record<string, string | undefined>>

/** A stream for text, with its capabilities. */
export interface Terminal {
  readonly stream: Writable
  readonly isTerminal: boolean
  /** Whether `--color`, `NO_COLOR` and the kind of the stream allow colour. */
  readonly color: boolean
  /** Returns the current width in columns; 80 without a terminal. */
  columns(): number
  /** Returns the text in this style (`'bold'`, `['red', 'bold']`) if colour is allowed. */
  style(style: Style, text: string): string
}

/**
 * Decides whether to use colour: a flag takes precedence over `NO_COLOR`, which takes precedence
 * over the kind of the stream.
 */
function colorAllowed(when: ColorWhen, env: Env, isTerminal: boolean): boolean {
  if (when !== 'auto') return when === 'always'
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  return isTerminal && env.TERM !== 'dumb'
}

/** The stream to which a command writes. */
export interface OutputStream extends Writable {
  readonly isTTY?: boolean
  readonly columns?: number
}

export function terminal(stream: OutputStream, when: ColorWhen, env: Env): Terminal {
  const isTerminal = stream.isTTY === true
  const color = colorAllowed(when, env, isTerminal)
  return {
    stream,
    isTerminal,
    color,
    columns: () => (isTerminal && stream.columns) || 80,
    style: (style, text) => (color ? styleText(style, text, { validateStream: false }) : text),
  }
}
