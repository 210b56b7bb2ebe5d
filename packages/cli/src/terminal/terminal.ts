import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import type { Terminal } from '../context.ts'

type Style = Parameters<typeof styleText>[0]
export type ColorWhen = 'auto' | 'always' | 'never'
type Env = Readonly<Record<string, string | undefined>>

/** A flag wins over `NO_COLOR`, that over what the stream is. */
export function colorAllowed(when: ColorWhen, env: Env, isTerminal: boolean): boolean {
  if (when !== 'auto') return when === 'always'
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  return isTerminal && env.TERM !== 'dumb'
}

/** Where a command writes: a terminal, or anything else. */
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
    style: (style: Style, text: string) => (color ? styleText(style, text, { validateStream: false }) : text),
  }
}
