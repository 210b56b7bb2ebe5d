import type { Chunk } from '@harmont/logs'
import { remarkLine } from '../../remark-line.ts'

/**
 * Maximum size of the tail, which contains the summary of failures that test runners print at the
 * end.
 */
const mostBytes = 64 * 1024
/**
 * Maximum number of chunks, because a program that alternates between its streams may write tiny
 * ones.
 */
const mostChunks = 1_000

/** Holds the end of a log. */
export class LogTail {
  readonly #chunks: Chunk[] = []
  #bytes = 0
  #dropped = 0

  add(chunks: readonly Chunk[]): void {
    for (const chunk of chunks) {
      this.#chunks.push(chunk)
      this.#bytes += chunk.content.length
    }
    while (this.#bytes > mostBytes || this.#chunks.length > mostChunks) this.#dropFirst()
  }

  /** Returns the chunks, after a remark about the omitted beginning. */
  get log(): readonly Chunk[] {
    const [first] = this.#chunks
    const said = `${this.#dropped.toLocaleString('en-US')} bytes of output before this were not kept`
    const cut: readonly Chunk[] =
      this.#dropped === 0 ? [] : [{ seq: 0, kind: 2, content: Buffer.from(remarkLine(said)), ts: first?.ts ?? null }]
    return [...cut, ...this.#chunks].map((chunk, index) => ({ ...chunk, seq: index + 1 }))
  }

  #dropFirst(): void {
    const { length } = this.#chunks.shift()?.content ?? ''
    this.#bytes -= length
    this.#dropped += length
  }
}
