import { batches, type Chunk, createRedactor, decodeProgress, type Piece, type Redactor } from '@harmont/logs'
import type { OutputPiece } from '@harmont/sandbox'
import type { LeasedJob } from '../port.ts'
import { remarkLine } from '../remark-line.ts'

/** Stores chunks with how much of the spool the log has then. Throws when that is not to be. */
export type Append = (chunks: readonly Chunk[], spoolPosition: string) => Promise<void>

/** A command's output as it is read. */
export interface Spool {
  /** From an offset on, to its end. */
  output(offset: number): AsyncIterable<OutputPiece>
  /** What is before the offset is never read again. */
  release(offset: number): void
}

/** The one writer of a leased job's log: numbers what comes, one append after the other. */
export class JobLog {
  readonly #append: Append
  readonly #maxBytes: number
  readonly #keptBytes: number
  #redactor: Redactor | null = null
  #seq: number
  #spoolPosition: string
  #last: Promise<void> = Promise.resolve()

  constructor(
    { lastSeq, spoolPosition, logBytes }: Pick<LeasedJob, 'lastSeq' | 'spoolPosition' | 'logBytes'>,
    append: Append,
    maxBytes: number,
  ) {
    this.#seq = lastSeq
    this.#spoolPosition = spoolPosition
    this.#keptBytes = logBytes
    this.#append = append
    this.#maxBytes = maxBytes
  }

  /** Masks these secrets from here on. To be called before output is added, or words about it. Throws `SecretsTooLong`. */
  async mask(secrets: readonly string[]): Promise<void> {
    this.#redactor = await createRedactor(secrets)
  }

  /** The words about the job as they may be seen. */
  masked(words: string): string {
    return this.#redactor?.text(words) ?? words
  }

  /** Adds a remark of the engine's own, a line, without waiting for it: `settled` tells whether it was stored. */
  remark(sentence: string): void {
    const ts = BigInt(Date.now()) * 1_000_000n
    this.#add([{ seq: 0, kind: 2, content: Buffer.from(remarkLine(this.masked(sentence))), ts }]).catch(() => undefined)
  }

  /** Resolves when all that was added is stored. Throws what kept any of it from being so. */
  settled(): Promise<void> {
    return this.#last
  }

  /** Adds the rest of a command's output, to its end. */
  async pump({ output, release }: Spool): Promise<void> {
    const options = {
      firstSeq: this.#seq + 1,
      progress: decodeProgress(this.#spoolPosition),
      keptBytes: this.#keptBytes,
      maxBytes: this.#maxBytes,
      redactor: this.#redactor,
    }
    const open = (offset: number) => pieces(output(offset))
    for await (const { chunks, position, neededFrom } of batches(open, options)) {
      await this.#add(chunks, position)
      release(neededFrom)
    }
  }

  /** The chunks' own numbers do not count: a remark may have come in between. A remark says nothing about the spool. */
  #add(chunks: readonly Chunk[], spoolPosition = this.#spoolPosition): Promise<void> {
    const numbered = chunks.map((chunk) => ({ ...chunk, seq: ++this.#seq }))
    this.#spoolPosition = spoolPosition
    this.#last = this.#last.then(() => this.#append(numbered, spoolPosition))
    return this.#last
  }
}

async function* pieces(output: AsyncIterable<OutputPiece>): AsyncGenerator<Piece> {
  for await (const { stream, bytes, ts, nextOffset } of output) {
    yield { kind: stream === 'stderr' ? 1 : 0, bytes, ts, nextOffset }
  }
}
