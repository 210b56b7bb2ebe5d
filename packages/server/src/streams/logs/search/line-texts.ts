import { blockOfLine, type LineIndex, type LogReader, stripEscapes } from '@harmont/logs'
import type { OpenLog } from '../../../builds/logs/job-logs.ts'

/** Consecutive lines without escape sequences, or a part of a very long line. */
export interface LineText {
  /** The number of the first line. */
  readonly line: number
  /** The number of UTF-16 units of that line before the text. */
  readonly offset: number
  readonly text: string
  /** Whether no LF follows yet: the last line may grow, or continues in the next text. */
  readonly isOpen: boolean
}

const readBytes = 1024 * 1024
/** The approximate length of a text. */
const textBytes = 128 * 1024
/** A longer line is yielded in parts; a match across two of them is not found. */
const lineBytes = 256 * 1024
const LF = 0x0a

/** Yields the text of the lines from `from` to before `to`. */
export async function* lineTexts(
  logs: Pick<LogReader, 'read'>,
  { jobId, index }: OpenLog,
  from: number,
  to: number,
): AsyncGenerator<LineText> {
  const reader = new LineTexts(index, from, to)
  let after = reader.firstSeq - 1
  while (after < index.lastSeq && !reader.isOver) {
    const chunks = await logs.read(jobId, after, readBytes)
    const newest = chunks.at(-1)
    if (newest === undefined) break
    const own = chunks.filter(({ seq, kind }) => seq <= index.lastSeq && kind !== 2)
    yield* reader.push(Buffer.concat(own.map(({ content }) => content)))
    after = newest.seq
  }
  yield* reader.rest()
}

class LineTexts {
  readonly firstSeq: number
  readonly #from: number
  readonly #to: number
  #line: number
  /** The length of the current line's parts that were yielded. */
  #offset = 0
  #rest: Buffer = Buffer.alloc(0)

  constructor({ blocks }: LineIndex, from: number, to: number) {
    const block = blocks[blockOfLine(blocks, from)]
    this.firstSeq = block?.seq ?? 1
    this.#line = block?.line ?? 1
    this.#from = from
    this.#to = to
  }

  get isOver(): boolean {
    return this.#line >= this.#to
  }

  *push(bytes: Buffer): Generator<LineText> {
    let at = this.#skip(bytes)
    if (this.#line < this.#from) return
    const all = this.#rest.length === 0 ? bytes.subarray(at) : Buffer.concat([this.#rest, bytes.subarray(at)])
    for (at = 0; !this.isOver; ) {
      const lines = this.#takeLines(all, at)
      if (lines === at) break
      yield* this.#give(all.subarray(at, lines - 1), false)
      at = lines
    }
    this.#rest = Buffer.from(all.subarray(at))
    while (this.#rest.length > lineBytes && !this.isOver) {
      const part = wholeCharacters(this.#rest.subarray(0, lineBytes))
      yield* this.#give(part, true)
      this.#rest = this.#rest.subarray(part.length)
    }
  }

  *rest(): Generator<LineText> {
    if (!this.isOver && this.#line >= this.#from && this.#rest.length > 0) yield* this.#give(this.#rest, true)
  }

  /** Skips earlier lines. */
  #skip(bytes: Buffer): number {
    let at = 0
    while (this.#line < this.#from) {
      const end = bytes.indexOf(LF, at)
      if (end === -1) return bytes.length
      this.#line++
      at = end + 1
    }
    return at
  }

  /** Finds the end of the whole lines that form a text; returns `at` if there is none. */
  #takeLines(bytes: Buffer, at: number): number {
    const last = at + textBytes < bytes.length ? bytes.lastIndexOf(LF, at + textBytes) : bytes.lastIndexOf(LF)
    const end = last >= at ? last : bytes.indexOf(LF, at)
    return end === -1 ? at : this.#before(bytes, at, end + 1)
  }

  /** Limits the text to the end of the requested lines. */
  #before(bytes: Buffer, at: number, end: number): number {
    if (this.#to === Number.POSITIVE_INFINITY) return end
    let here = at
    for (let line = this.#line; line < this.#to && here < end; line++) here = bytes.indexOf(LF, here) + 1
    return here
  }

  *#give(bytes: Buffer, isOpen: boolean): Generator<LineText> {
    const text = stripEscapes(bytes.toString())
    yield { line: this.#line, offset: this.#offset, text, isOpen }
    if (isOpen) this.#offset += text.length
    else {
      for (let at = -1; ; this.#line++) {
        at = bytes.indexOf(LF, at + 1)
        if (at === -1) break
      }
      this.#line++
      this.#offset = 0
    }
  }
}

/** Cuts an incomplete UTF-8 character off the end. */
function wholeCharacters(bytes: Buffer): Buffer {
  for (let back = 1; back <= 3 && back < bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) !== 0x80) return byte >= 0xc0 ? bytes.subarray(0, -back) : bytes
  }
  return bytes
}
