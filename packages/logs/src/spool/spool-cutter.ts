import type { Chunk } from '../chunk.ts'
import type { Piece } from '../piece.ts'
import type { Redactor } from '../redaction/redactor.ts'
import { headIsFull, leftOut, nothingLeftOut } from '../remarks.ts'
import { cutChunks } from './chunker.ts'
import { beginningOf, MaskedOutput } from './masked-output.ts'
import { Middle } from './middle.ts'
import { encodeProgress, type LogProgress, lastOf, neededFrom } from './progress.ts'

/** Chunks to store together with the progress, encoded by `encodeProgress`. */
export interface Batch {
  readonly chunks: readonly Chunk[]
  readonly position: string
  /** Once the batch is stored, the spool before this offset is not read again. */
  readonly neededFrom: number
}

export interface CutterOptions {
  /** Seq of the first chunk. */
  readonly firstSeq: number
  /**
   * Progress that an earlier process stored. The first piece begins at the offset of `readsFrom`.
   */
  readonly progress: LogProgress
  /** Number of bytes that an earlier process or command stored. */
  readonly keptBytes: number
  /**
   * Longest log in bytes. A longer log keeps its head and its tail; remarks state the place and
   * size of the gap.
   */
  readonly maxBytes: number
  /** Null if there is nothing to mask. */
  readonly redactor: Redactor | null
}

/** Longest wait for the rest of a character. */
export const CHARACTER_WAIT_MS = 100
/** Share of the limit for the tail, which often holds the error message. */
const tailShare = 8
/** Large batches cost the store least. */
const largeBatch = 2 * 1024 * 1024
/**
 * Size of a batch in the middle. A tail begins at the end of one, so it may be shorter by one
 * batch.
 */
const smallBatch = 256 * 1024

type IsOver = 'end' | ((at: number) => boolean)

/**
 * Cuts the output of a spool into batches. The caller supplies the time `now` in ms, which never
 * decreases.
 */
export class SpoolCutter {
  readonly #maxBytes: number
  readonly #output: MaskedOutput
  #seq: number
  #kept: number
  #isAtLine = true
  #progress: LogProgress
  #middle: Middle | null = null
  #ts: bigint | null = null

  constructor({ firstSeq, progress, keptBytes, maxBytes, redactor }: CutterOptions) {
    this.#maxBytes = maxBytes
    this.#seq = firstSeq
    this.#kept = keptBytes
    this.#progress = progress
    if (progress.phase === 'middle') this.#middle = new Middle(this.#tailBytes, progress.marks)
    const { position } = progress.phase === 'middle' ? lastOf(progress.marks) : progress
    this.#output = new MaskedOutput(position, redactor)
  }

  /** Number of waiting bytes. */
  get waitingBytes(): number {
    return this.#output.waitingBytes
  }

  /** Number of waiting bytes that make a full batch: fewer in the middle and just before it. */
  get fullBytes(): number {
    const isFar = this.#progress.phase === 'tail' || (this.#middle === null && this.#headRoom >= 2 * largeBatch)
    return isFar ? largeBatch : smallBatch
  }

  /** See `MaskedOutput.halfSince`. */
  get halfSince(): number | null {
    return this.#output.halfSince
  }

  /**
   * Options for the cutter that reads the tail, available after the end; null if nothing is left.
   */
  get rest(): Omit<CutterOptions, 'redactor'> | null {
    if (this.#middle === null) return null
    return { firstSeq: this.#seq, progress: this.#progress, keptBytes: this.#kept, maxBytes: this.#maxBytes }
  }

  /** Takes the next piece of the spool. */
  push(piece: Piece, now: number): void {
    for (const _ of this.pushing(piece, now));
  }

  /** Takes the next piece of the spool in small steps. */
  *pushing(piece: Piece, now: number): Generator<void> {
    this.#ts = piece.ts
    yield* this.#output.pushing(piece, now)
  }

  /** Returns all output that can be stored; null for none. */
  take(now: number): Batch | null {
    const isOver: IsOver = (at) => now - at >= CHARACTER_WAIT_MS
    if (this.#middle === null) return this.#batch(this.#store(isOver))
    const passed = this.#output.ready(isOver)
    this.#output.drop(passed)
    if (!this.#middle.pass(passed, this.#output.position)) return null
    this.#progress = { phase: 'middle', marks: this.#middle.marks }
    return { chunks: [], ...this.#place() }
  }

  /** Returns the rest after the end of the output, except the tail of a long log; null for none. */
  end(): Batch | null {
    const chunks = this.#middle === null ? this.#store('end') : []
    if (this.#middle !== null) {
      const passed = this.#output.ready('end')
      this.#output.drop(passed)
      const { position, written } = this.#middle.end(passed, this.#output.position)
      this.#progress = { phase: 'tail', position }
      chunks.push(this.#remark(written === 0 ? nothingLeftOut : leftOut(this.#maxBytes, written)))
    }
    return this.#batch(chunks)
  }

  /**
   * Size of the tail: the part of the limit that the head left, but at least the tail's share after
   * an earlier command of the same job.
   */
  get #tailBytes(): number {
    return Math.max(this.#leastTail, this.#maxBytes - this.#kept)
  }

  get #leastTail(): number {
    return Math.floor(this.#maxBytes / tailShare)
  }

  get #headRoom(): number {
    return this.#maxBytes - this.#leastTail - this.#kept
  }

  /** The middle begins where the output no longer fits into the head. */
  #store(isOver: IsOver): Chunk[] {
    const ready = this.#output.ready(isOver)
    const { phase } = this.#progress
    const beginning = phase === 'tail' ? null : beginningOf(ready, this.#headRoom, this.#isAtLine)
    const stored = beginning ?? ready
    this.#output.drop(stored)
    const chunks = cutChunks(stored, this.#seq)
    this.#seq += chunks.length
    for (const { content } of chunks) this.#kept += content.length
    this.#isAtLine = chunks.at(-1)?.content.at(-1) === 0x0a || (this.#isAtLine && chunks.length === 0)
    const { position } = this.#output
    if (beginning === null) this.#progress = { phase: phase === 'tail' ? phase : 'head', position }
    else {
      this.#middle = new Middle(this.#tailBytes, [{ position, written: 0, shown: 0 }])
      this.#progress = { phase: 'middle', marks: this.#middle.marks }
      chunks.push(this.#remark(headIsFull(this.#maxBytes, this.#tailBytes)))
    }
    return chunks
  }

  #remark(sentence: string): Chunk {
    return { seq: this.#seq++, kind: 2, content: Buffer.from(`${sentence}\n`), ts: this.#ts }
  }

  #batch(chunks: readonly Chunk[]): Batch | null {
    return chunks.length === 0 ? null : { chunks, ...this.#place() }
  }

  #place(): Pick<Batch, 'position' | 'neededFrom'> {
    return { position: encodeProgress(this.#progress), neededFrom: neededFrom(this.#progress) }
  }
}
