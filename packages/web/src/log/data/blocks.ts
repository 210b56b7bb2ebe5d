import type { LogLine } from '../terminal/lines.ts'

/** Lines are kept and evicted in blocks of this size. */
const blockLines = 64
/** The budget for text in bytes, two for each UTF-16 unit (web L3). */
const mostKept = 24 * 1024 * 1024
/** The cost of a line besides its text. */
const lineOverhead = 64

interface Block {
  readonly lines: (LogLine | undefined)[]
  bytes: number
}

/** Caches lines by number. The least recently viewed lines are evicted first (web L3). */
export class LineBlocks {
  readonly #most: number
  /** Ordered by last view. */
  readonly #blocks = new Map<number, Block>()
  #bytes = 0

  constructor(most: number = mostKept) {
    this.#most = most
  }

  /** The size of the cache in bytes. */
  get bytes(): number {
    return this.#bytes
  }

  get(line: number): LogLine | undefined {
    const block = this.#blocks.get(Math.floor((line - 1) / blockLines))
    return block?.lines[(line - 1) % blockLines]
  }

  /**
   * Stores consecutive lines, the first of which has the number `from`. A newer copy replaces a
   * line that has grown.
   */
  put(from: number, lines: readonly LogLine[]): void {
    for (const [at, line] of lines.entries()) this.#putOne(from + at, line)
    this.#forget()
  }

  /** Marks lines as just viewed. */
  touch(from: number, to: number): void {
    for (let at = Math.floor((from - 1) / blockLines); at <= Math.floor((to - 1) / blockLines); at++) {
      const block = this.#blocks.get(at)
      if (block !== undefined) this.#moveToEnd(at, block)
    }
  }

  /** Returns the first missing line in a range; null if none is missing. */
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
