import { batches, type Chunk, decodePosition, type Piece } from '@harmont/logs'
import type { OutputPiece } from '@harmont/sandbox'
import type { LeasedJob } from '../port.ts'
import { remarkLine } from '../remark-line.ts'

/** Stores chunks with how much of the spool the log has then. Throws when that is not to be. */
export type Append = (chunks: readonly Chunk[], spoolOffset: number) => Promise<void>

/** The one writer of a leased job's log: numbers what comes, one append after the other. */
export class JobLog {
  readonly #append: Append
  readonly #maxBytes: number
  readonly #keptBytes: number
  #seq: number
  #spoolOffset: number
  #last: Promise<void> = Promise.resolve()

  constructor(
    { lastSeq, spoolOffset, logBytes }: Pick<LeasedJob, 'lastSeq' | 'spoolOffset' | 'logBytes'>,
    append: Append,
    maxBytes: number,
  ) {
    this.#seq = lastSeq
    this.#spoolOffset = spoolOffset
    this.#keptBytes = logBytes
    this.#append = append
    this.#maxBytes = maxBytes
  }

  /** Adds a remark of the engine's own, a line, without waiting for it: `settled` tells whether it was stored. */
  remark(sentence: string): void {
    const ts = BigInt(Date.now()) * 1_000_000n
    this.#add([{ seq: 0, kind: 2, content: Buffer.from(remarkLine(sentence)), ts }]).catch(() => undefined)
  }

  /** Resolves when all that was added is stored. Throws what kept any of it from being so. */
  settled(): Promise<void> {
    return this.#last
  }

  /** Where in the spool `pump` is to read on, in bytes. */
  get outputOffset(): number {
    return decodePosition(this.#spoolOffset).offset
  }

  /** Adds a command's output, read from `outputOffset` to its end. */
  async pump(output: AsyncIterable<OutputPiece>): Promise<void> {
    const options = {
      firstSeq: this.#seq + 1,
      position: decodePosition(this.#spoolOffset),
      keptBytes: this.#keptBytes,
      maxBytes: this.#maxBytes,
    }
    for await (const { chunks, position } of batches(pieces(output), options)) await this.#add(chunks, position)
  }

  /** The chunks' own numbers do not count: a remark may have come in between. A remark says nothing about the spool. */
  #add(chunks: readonly Chunk[], spoolOffset = this.#spoolOffset): Promise<void> {
    const numbered = chunks.map((chunk) => ({ ...chunk, seq: ++this.#seq }))
    this.#spoolOffset = spoolOffset
    this.#last = this.#last.then(() => this.#append(numbered, spoolOffset))
    return this.#last
  }
}

async function* pieces(output: AsyncIterable<OutputPiece>): AsyncGenerator<Piece> {
  for await (const { stream, bytes, ts, nextOffset } of output) {
    yield { kind: stream === 'stderr' ? 1 : 0, bytes, ts, nextOffset }
  }
}
