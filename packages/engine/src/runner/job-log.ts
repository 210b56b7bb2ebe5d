import { batches, type Chunk, createRedactor, decodeProgress, GrowingRedactor, type Piece } from '@harmont/logs'
import type { OutputPiece } from '@harmont/sandbox'
import type { LeasedJob } from '../port.ts'
import { remarkLine } from '../remark-line.ts'

/**
 * Stores chunks together with the position in the spool. Throws when the chunks may not be stored.
 */
export type Append = (chunks: readonly Chunk[], spoolPosition: string) => Promise<void>

/** The output of a command. */
export interface Spool {
  /** Output from an offset to its end. */
  output(offset: number): AsyncIterable<OutputPiece>
  /** Releases the output before the offset, which is never read again. */
  release(offset: number): void
}

/** The only writer of a leased job's log, which numbers chunks and appends them in order. */
export class JobLog {
  readonly #append: Append
  readonly #maxBytes: number
  readonly #keptBytes: number
  #redactor: GrowingRedactor | null = null
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

  /**
   * Masks these secrets from now on. Must be called before output, or text about it, is added.
   * Later calls may add tokens before any process can write them. Throws `SecretsTooLong`.
   */
  async mask(secrets: readonly string[], tokens: readonly string[] = []): Promise<void> {
    this.#redactor ??= new GrowingRedactor()
    this.#redactor.become(await createRedactor(secrets, tokens))
  }

  /** Makes another log mask the same texts, including later additions. Returns it. */
  sharingMasks(other: JobLog): JobLog {
    other.#redactor = this.#redactor
    return other
  }

  /** Returns the text with secrets masked. */
  masked(words: string): string {
    return this.#redactor?.text(words) ?? words
  }

  /** Adds a remark of the engine without waiting; `settled` reports whether it was stored. */
  remark(sentence: string): void {
    const ts = BigInt(Date.now()) * 1_000_000n
    this.#add([{ seq: 0, kind: 2, content: Buffer.from(remarkLine(this.masked(sentence))), ts }]).catch(() => undefined)
  }

  /** Resolves when all additions are stored. Throws the error that prevented this. */
  settled(): Promise<void> {
    return this.#last
  }

  /** Adds the remaining output of a command up to its end. */
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

  /**
   * Renumbers the chunks, because a remark may have been added in between. A remark does not move
   * the position in the spool.
   */
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
