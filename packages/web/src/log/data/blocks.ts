import type { LogLine } from '../terminal/lines.ts'

/** Lines are kept, and forgotten, this many at a time. */
const blockLines = 64
/** Text that is kept, in bytes: two for each UTF-16 unit (web L3). */
const mostKept = 24 * 1024 * 1024
/** What a line takes beside its text. */
const lineOverhead = 64

interface Block {
  readonly lines: (LogLine | undefined)[]
  bytes: number
}

/** The lines that are here, by number. What was not looked at for longest is forgotten first (web L3). */
export class LineBlocks {
  readonly #most: number
  /** In the order in which they were looked at. */
  readonly #blocks = new Map<number, Block>()
  #bytes = 0

  constructor(most: number = mostKept) {
    this.#most = most
  }

  /** What is kept, in bytes. */
  get bytes(): number {
    return this.#bytes
  }

  get(line: number): LogLine | undefined {
    const block = this.#blocks.get(Math.floor((line - 1) / blockLines))
    return block?.lines[(line - 1) % blockLines]
  }

  /** Keeps lines from a number on. A line that comes again replaces what was known of it: the last one of a running command grows. */
  put(from: number, lines: readonly LogLine[]): void {
    for (const [at, line] of lines.entries()) this.#putOne(from + at, line)
    this.#forget()
  }

  /** Marks lines as looked at now. */
  touch(from: number, to: number): void {
    for (let at = Math.floor((from - 1) / blockLines); at <= Math.floor((to - 1) / blockLines); at++) {
      const block = this.#blocks.get(at)
      if (block !== undefined) this.#moveToEnd(at, block)
    }
  }

  /** The first line from `from` to `to` that is not here; null when all are. */
  firstMissing(from: number, to: number): number | null {
    for (let line = from; line <= to; line++) if (this.get(line) === undefined) return line
    return null
  }

  #putOne(line: number, given: LogLine): void {
    const at = Math.floor((line - 1) / blockLines)
    const block = this.#blocks.get(at) ?? { lines: [], bytes: 0 }
    const place = (line - 1) % blockLines
    const change = sizeOf(given) - sizeOf(block.lines[place])
    block.lines[place] = given
    block.bytes += change
    this.#bytes += change
    this.#moveToEnd(at, block)
  }

  #moveToEnd(at: number, block: Block): void {
    this.#blocks.delete(at)
    this.#blocks.set(at, block)
  }

  #forget(): void {
    for (const [at, block] of this.#blocks) {
      if (this.#bytes <= this.#most || this.#blocks.size <= 1) return
      this.#blocks.delete(at)
      this.#bytes -= block.bytes
    }
  }
}

function sizeOf(line: LogLine | undefined): number {
  return line === undefined ? 0 : line.text.length * 2 + lineOverhead
}
