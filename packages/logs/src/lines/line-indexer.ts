import type { Chunk } from '../chunk.ts'
import { stripEscapes } from '../escapes.ts'
import { isSuspiciousEdge, isSuspiciousPair, looksLikeError, nextSuspiciousPair } from '../failures/error-line.ts'
import { type Found, nothingFound } from '../failures/failure.ts'
import { FailureFinder, mayBeginReport } from '../failures/failure-finder.ts'
import { type LogRemark, remarkOf } from '../remarks.ts'
import { firstShown, GroupList, groupMark, mayBeginMark } from './groups.ts'
import { type LineIndex, type LogBlock, MAX_ERRORS, MAX_REMARKS } from './line-index.ts'
import { SgrTracker } from './sgr.ts'

/** A block ends before it exceeds these sizes. A single chunk may be a whole block. */
const blockBytes = 128 * 1024
const blockChunks = 4_000
const blockLines = 8_000

/**
 * Builds the index of a log incrementally from its chunks. The index depends only on the chunks,
 * not on their grouping into calls.
 */
export class LineIndexer {
  readonly #blocks: LogBlock[] = []
  #errors: number[] = []
  readonly #finder = new FailureFinder()
  #found: Found = nothingFound
  readonly #groups = new GroupList()
  readonly #remarks: LogRemark[] = []
  readonly #sgr = new SgrTracker()
  readonly #head = new LineHead()
  #block = { bytes: 0, chunks: 0, lines: 0 }
  #lastSeq = 0
  #bytes = 0
  /** Number of LFs so far. */
  #ended = 0
  /** Bytes of the current line, which has no LF yet. */
  #column = 0
  #isSuspicious = false
  #lastByte = 0
  #t0: bigint | null = null
  #isFinished = false

  get lastSeq(): number {
    return this.#lastSeq
  }

  /** Takes the next chunks. */
  push(chunks: readonly Chunk[]): void {
    for (const chunk of chunks) {
      this.#openBlock(chunk)
      if (chunk.kind === 2) this.#remark(chunk)
      else this.#scan(chunk)
      this.#lastSeq = chunk.seq
    }
  }

  /** Ends the log: the rest after the last LF becomes a line, and the last group ends with it. */
  finish(): void {
    if (this.#isFinished) return
    this.#isFinished = true
    if (this.#column > 0) this.#look(Buffer.alloc(0), 0, 0, false)
    this.#groups.close(this.#totalLines)
    const { failures, tests, errors } = this.#finder.finish()
    if (failures.length === 0) return
    this.#found = { failures: failures.map(({ quote, ...failure }) => failure), tests, errors }
    this.#errors = [...new Set(failures.map(({ logLine }) => logLine))]
  }

  /** Returns the index so far. Its lists are the indexer's own and grow with the log. */
  get index(): LineIndex {
    return {
      blocks: this.#blocks,
      lastSeq: this.#lastSeq,
      bytes: this.#bytes,
      totalLines: this.#totalLines,
      isLastOpen: this.#column > 0,
      t0: this.#t0,
      errors: this.#errors,
      found: this.#found,
      groups: this.#groups.groups,
      remarks: this.#remarks,
    }
  }

  get #totalLines(): number {
    return this.#ended + (this.#column > 0 ? 1 : 0)
  }

  #openBlock({ seq, content }: Chunk): void {
    const { bytes, chunks, lines } = this.#block
    const fits = bytes + content.length <= blockBytes && chunks < blockChunks && lines < blockLines
    if (this.#blocks.length === 0 || !fits) {
      const sgr = this.#sgr.sequence
      this.#blocks.push({ seq, offset: this.#bytes, line: this.#ended + 1, column: this.#column, sgr })
      this.#block = { bytes: 0, chunks: 0, lines: 0 }
    }
    this.#block.bytes += content.length
    this.#block.chunks++
  }

  #remark({ content }: Chunk): void {
    if (this.#remarks.length === MAX_REMARKS) return
    this.#remarks.push(remarkOf(content.toString(), this.#totalLines + 1, this.#bytes === 0))
  }

  /**
   * Decodes the bytes as Latin-1 for the search, which is twice as fast as a loop over the bytes.
   */
  #scan({ content, ts }: Chunk): void {
    this.#t0 ??= ts
    const text = content.toString('latin1')
    const before = this.#ended
    let start = 0
    let pair = nextSuspiciousPair(text, 0)
    if (isSuspiciousPair(this.#lastByte, text.charCodeAt(0))) this.#isSuspicious = true
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      const head = this.#column > 0 ? this.#head.first : firstShown(content, start, end)
      const last = end > 0 ? text.charCodeAt(end - 1) : this.#lastByte
      const isShown = mayBeginMark(head) || mayBeginReport(head) || isSuspiciousEdge(head, last)
      const isPlain = !(this.#isSuspicious || pair < end || isShown)
      if (!isPlain || this.#finder.isOpen) this.#look(content, start, end, isPlain)
      this.#ended++
      this.#column = 0
      this.#head.clear()
      this.#isSuspicious = false
      start = end + 1
      if (pair < start) pair = nextSuspiciousPair(text, start)
    }
    if (start < text.length) {
      this.#head.push(content, start)
      this.#column += text.length - start
      if (pair < text.length) this.#isSuspicious = true
    }
    if (text.length > 0) this.#lastByte = text.charCodeAt(text.length - 1)
    this.#bytes += text.length
    this.#block.lines += this.#ended - before
    this.#sgr.push(content)
  }

  /**
   * Checks the line that ends at `end` for an error, a reported failure and a group mark. A plain
   * line only continues an open report.
   */
  #look(content: Buffer, start: number, end: number, isPlain: boolean): void {
    const line = this.#ended + 1
    const text = stripEscapes(this.#head.textWith(content, start, end))
    this.#finder.push(text, line, isPlain)
    if (isPlain) return
    const mark = groupMark(text)
    if (mark !== null) this.#groups.take(mark, line)
    else if (this.#errors.length < MAX_ERRORS && looksLikeError(text)) this.#errors.push(line)
  }
}

/** Number of bytes of a line that are examined. */
const keptBytes = 4_096

/** Collects the beginning of a line that spans several chunks. */
class LineHead {
  readonly #parts: Buffer[] = []
  #size = 0

  /** The first byte; 0 for an empty line. */
  get first(): number {
    return this.#parts[0]?.[0] ?? 0
  }

  /**
   * Takes the line's bytes of a chunk, from `start` to the end of the chunk. Keeps a copy while
   * there is room.
   */
  push(content: Buffer, start: number): void {
    const room = keptBytes - this.#size
    if (room <= 0) return
    const part = Buffer.from(content.subarray(start, start + room))
    this.#parts.push(part)
    this.#size += part.length
  }

  /** Returns the beginning of the line, including its bytes of a chunk. */
  textWith(content: Buffer, start: number, end: number): string {
    const rest = content.subarray(start, Math.min(end, start + keptBytes))
    return (this.#parts.length === 0 ? rest : Buffer.concat([...this.#parts, rest]).subarray(0, keptBytes)).toString()
  }

  clear(): void {
    if (this.#size === 0) return
    this.#parts.length = 0
    this.#size = 0
  }
}
