import { isUtf8 } from 'node:buffer'
import type { Chunk } from '../chunk.ts'
import { incompleteTail } from '../utf8-tail.ts'
import type { LogBlock } from './line-index.ts'
import { SgrTracker } from './sgr.ts'

const LF = 0x0a
/** Longest text of a line in UTF-16 units; the rest is cut. */
export const MAX_LINE_CHARACTERS = 4_000
/** Enough bytes for `MAX_LINE_CHARACTERS` of any kind, and one more. */
const keptBytes = MAX_LINE_CHARACTERS * 4 + 4

/** A line as it is sent to readers. */
export interface CutLine {
  /** Time of the chunk in which the line begins, in unix nanoseconds. */
  readonly ts: bigint | null
  readonly stream: 0 | 1
  /** Text without its LF, with escape sequences, at most `MAX_LINE_CHARACTERS`. */
  readonly text: string
  /** Whether some bytes are not UTF-8, so that the text differs from them. */
  readonly isBroken: boolean
  /** Number of bytes of the whole line without LF if its text was cut; null otherwise. */
  readonly cutFrom: number | null
  /** Number of bytes of the log (`logs.txt`) before the line. */
  readonly offset: number
}

/** Cuts a range of lines out of the chunks of a log, beginning at a block. */
export class LineCutter {
  /** Escape sequence that sets the colours in force before the first returned line. */
  sgr: string | null = null
  readonly #first: number
  readonly #tracker = new SgrTracker()
  #line: number
  /** Bytes of the current line that have been read. */
  #column: number
  /** Bytes of the log before the current line. */
  #offset: number
  #parts: Buffer[] = []
  #kept = 0
  #begin: { readonly ts: bigint | null; readonly stream: 0 | 1 } | null = null

  /** `first` is the first line to return. It begins inside the block or later. */
  constructor(block: LogBlock, first: number) {
    this.#first = first
    this.#line = block.line
    this.#column = block.column
    this.#offset = block.offset - block.column
    this.#tracker.set(block.sgr)
  }

  /** The line of the next byte. */
  get line(): number {
    return this.#line
  }

  /** Whether the text of the line has its maximum length, so that the rest need not be read. */
  get isFull(): boolean {
    return this.#kept >= keptBytes
  }

  /** Continues at a later block of the same line. */
  skipTo(block: LogBlock): void {
    this.#column = block.column
  }

  /** Returns the lines that end in this chunk. */
  push({ kind, ts, content }: Chunk): CutLine[] {
    const lines: CutLine[] = []
    if (kind === 2) return lines
    let at = this.#skip(content)
    while (at < content.length) {
      if (this.#begin === null) {
        this.#begin = { ts, stream: kind }
        this.sgr ??= this.#tracker.sequence
      }
      const end = content.indexOf(LF, at)
      this.#keep(content.subarray(at, end === -1 ? content.length : end))
      if (end === -1) break
      lines.push(this.#take())
      at = end + 1
    }
    return lines
  }

  /** Returns the last line if it has no LF; otherwise null. */
  rest(): CutLine | null {
    return this.#begin === null ? null : this.#take()
  }

  /** Skips earlier lines. Returns the position of the rest of the chunk. */
  #skip(content: Buffer): number {
    if (this.#line >= this.#first) return 0
    let at = 0
    while (this.#line < this.#first && at < content.length) {
      const end = content.indexOf(LF, at)
      if (end === -1) {
        this.#column += content.length - at
        at = content.length
      } else {
        this.#line++
        this.#offset += this.#column + end - at + 1
        this.#column = 0
        at = end + 1
      }
    }
    this.#tracker.push(content, 0, at)
    return at
  }

  #keep(bytes: Buffer): void {
    this.#column += bytes.length
    const part = bytes.subarray(0, keptBytes - this.#kept)
    if (part.length === 0) return
    this.#parts.push(part)
    this.#kept += part.length
  }

  #take(): CutLine {
    const bytes = Buffer.concat(this.#parts)
    const isWhole = this.#kept === this.#column
    const shown = isWhole ? bytes : bytes.subarray(0, bytes.length - incompleteTail(bytes))
    const whole = shown.toString()
    const text = shortened(whole)
    const cutFrom = isWhole && text === whole ? null : this.#column
    const begin = this.#begin ?? { ts: null, stream: 0 as const }
    const line = { ...begin, text, isBroken: !isUtf8(shown), cutFrom, offset: this.#offset }
    this.#line++
    this.#offset += this.#column + 1
    this.#column = 0
    this.#parts = []
    this.#kept = 0
    this.#begin = null
    return line
  }
}

/** Returns at most `MAX_LINE_CHARACTERS`, without splitting a surrogate pair. */
function shortened(text: string): string {
  if (text.length <= MAX_LINE_CHARACTERS) return text
  const last = text.charCodeAt(MAX_LINE_CHARACTERS - 1)
  const isHalf = last >= 0xd800 && last <= 0xdbff
  return text.slice(0, isHalf ? MAX_LINE_CHARACTERS - 1 : MAX_LINE_CHARACTERS)
}
