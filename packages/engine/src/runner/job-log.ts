import { batches, type Chunk, type Piece } from '@harmont/logs'
import type { OutputPiece } from '@harmont/sandbox'
import type { LeasedJob } from '../port.ts'

/** Stores chunks with the place in the spool where reading goes on. Throws when that is not to be. */
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
    this.#add([{ seq: 0, kind: 2, content: Buffer.from(`${sentence}\n`), ts }], 0).catch(() => undefined)
  }

  /** Resolves when all that was added is stored. Throws what kept any of it from being so. */
  settled(): Promise<void> {
    return this.#last
  }

  /** Adds a command's output from `output`'s beginning to its end. */
  async pump(output: AsyncIterable<OutputPiece>): Promise<void> {
    const options = { firstSeq: this.#seq + 1, keptBytes: this.#keptBytes, maxBytes: this.#maxBytes }
    for await (const { chunks, spoolOffset } of batches(pieces(output), options)) await this.#add(chunks, spoolOffset)
  }

  /** The chunks' own numbers do not count: a remark may have come in between. */
  #add(chunks: readonly Chunk[], spoolOffset: number): Promise<void> {
    const numbered = chunks.map((chunk) => ({ ...chunk, seq: ++this.#seq }))
    // A batch without output says nothing about the spool.
    this.#spoolOffset = Math.max(this.#spoolOffset, spoolOffset)
    const offset = this.#spoolOffset
    this.#last = this.#last.then(() => this.#append(numbered, offset))
    return this.#last
  }
}

async function* pieces(output: AsyncIterable<OutputPiece>): AsyncGenerator<Piece> {
  for await (const { stream, bytes, ts, nextOffset } of output) {
    yield { kind: stream === 'stderr' ? 1 : 0, bytes, ts, nextOffset }
  }
}
