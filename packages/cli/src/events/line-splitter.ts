import { TextDecoder } from 'node:util'
import type { Chunk } from '@harmont/logs'

export type LogStream = 'stdout' | 'stderr' | 'meta'

export interface LogLine {
  readonly stream: LogStream
  /** The text without its line break. */
  readonly line: string
  /** Unix milliseconds at which its last piece was read. */
  readonly ts: number
}

/** An unfinished line with more characters is split. */
const longestLine = 64 * 1024
const streams: readonly LogStream[] = ['stdout', 'stderr', 'meta']

interface Open {
  readonly decoder: TextDecoder
  text: string
  ts: number
}

/** Splits the chunks of one job into lines. Each stream has its own unfinished line. */
export class LineSplitter {
  readonly #open = new Map<LogStream, Open>()

  /** Returns the lines that the chunk completes. */
  push({ kind, content, ts }: Chunk): LogLine[] {
    const stream = streams[kind] ?? 'meta'
    const open = this.#open.get(stream) ?? { decoder: new TextDecoder(), text: '', ts: 0 }
    this.#open.set(stream, open)
    open.ts = ts === null ? open.ts : Number(ts / 1_000_000n)
    const pieces = `${open.text}${open.decoder.decode(content, { stream: true })}`.split('\n')
    open.text = pieces.pop() ?? ''
    const lines = pieces.map((piece) => lineOf(stream, piece, open.ts))
    while (open.text.length > longestLine) {
      lines.push(lineOf(stream, open.text.slice(0, longestLine), open.ts))
      open.text = open.text.slice(longestLine)
    }
    return lines
  }

  /** Returns the unfinished lines. */
  rest(): LogLine[] {
    const begun = [...this.#open].filter(([, { text }]) => text !== '')
    this.#open.clear()
    return begun.map(([stream, { text, ts }]) => lineOf(stream, text, ts))
  }
}

function lineOf(stream: LogStream, piece: string, ts: number): LogLine {
  return { stream, line: piece.endsWith('\r') ? piece.slice(0, -1) : piece, ts }
}
