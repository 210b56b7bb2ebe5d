import type { Chunk } from '@harmont/logs'

const mostBytes = 16 * 1024

/** Holds the last lines of a log in their stored form, with secrets masked. */
export class Tail {
  readonly #count: number
  #bytes = Buffer.alloc(0)

  constructor(count: number) {
    this.#count = count
  }

  add(chunks: readonly Chunk[]): void {
    const written = chunks.filter(({ kind }) => kind !== 2).map(({ content }) => content)
    this.#bytes = Buffer.concat([this.#bytes, ...written]).subarray(-mostBytes)
  }

  lines(): readonly string[] {
    const text = this.#bytes
      .toString()
      .replaceAll('\0', '')
      .replace(/\r?\n$/, '')
    return text === '' ? [] : text.split(/\r?\n/).slice(-this.#count)
  }
}
