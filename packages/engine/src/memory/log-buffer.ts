import type { Chunk, StreamKind } from '@harmont/logs'
import { LogGap } from '../log-gap.ts'

/** The chunks of one job. */
export class LogBuffer {
  #chunks: Chunk[] = []
  /** The seq before the first stored chunk. */
  #dropped = 0

  get lastSeq(): number {
    return this.#dropped + this.#chunks.length
  }

  /**
   * Adds chunks; returns false when all of them are stored already. Throws `LogGap`.
   */
  append(chunks: readonly Chunk[]): boolean {
    const first = chunks[0]
    if (first === undefined || isRepeated(chunks, this.lastSeq)) return false
    if (first.seq !== this.lastSeq + 1) throw gap(this.lastSeq, first.seq)
    this.#chunks.push(...chunks)
    return true
  }

  add(kind: StreamKind, content: Buffer, ts: bigint): void {
    this.#chunks.push({ seq: this.lastSeq + 1, kind, content, ts })
  }

  read(after: number, maxBytes: number): readonly Chunk[] {
    const from = Math.max(0, after - this.#dropped)
    let to = from
    for (let bytes = 0; to < this.#chunks.length; to++) {
      bytes += this.#chunks[to]?.content.length ?? 0
      if (bytes > maxBytes && to > from) break
    }
    return this.#chunks.slice(from, to)
  }

  bytes(): number {
    return this.#chunks.reduce((sum, { kind, content }) => sum + (kind === 2 ? 0 : content.length), 0)
  }

  drop(throughSeq: number): void {
    const count = Math.min(Math.max(0, throughSeq - this.#dropped), this.#chunks.length)
    this.#chunks = this.#chunks.slice(count)
    this.#dropped += count
  }
}

/** Returns whether all of these chunks are stored already. */
function isRepeated(chunks: readonly Chunk[], lastSeq: number): boolean {
  return (chunks.at(-1)?.seq ?? 0) <= lastSeq
}

/** Returns the error for an append that does not follow the stored chunks. */
export function gap(lastSeq: number, got: number): LogGap {
  return new LogGap(`expected chunk ${lastSeq + 1} of the log next, got chunk ${got}`)
}
