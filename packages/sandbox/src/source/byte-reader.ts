/** Reads exact numbers of bytes from a stream of arbitrary pieces. */
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>
  #buffered: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** Returns the next piece of 1 to `limit` bytes; undefined at the end. */
  async some(limit: number): Promise<Buffer | undefined> {
    while (this.#buffered.length === 0) {
      const next = await this.#source.next()
      if (next.done === true) return undefined
      this.#buffered = next.value
    }
    const piece = this.#buffered.subarray(0, limit)
    this.#buffered = this.#buffered.subarray(piece.length)
    return piece
  }

  /** Reads to the end. Otherwise the program that writes the stream would not end. */
  async skipRest(): Promise<void> {
    while ((await this.some(Number.MAX_SAFE_INTEGER)) !== undefined);
  }

  /**
   * Returns the bytes before the next `mark`, which is consumed; undefined at the end. Throws if
   * there is none within `limit` bytes.
   */
  async until(mark: number, limit: number): Promise<Buffer | undefined> {
    const before: Buffer[] = []
    for (let taken = 0; taken <= limit; ) {
      const piece = await this.some(Number.MAX_SAFE_INTEGER)
      if (piece === undefined && taken === 0) return undefined
      if (piece === undefined) break
      const at = piece.indexOf(mark)
      if (at < 0) {
        before.push(piece)
        taken += piece.length
      } else {
        this.#buffered = piece.subarray(at + 1)
        return before.length === 0 ? piece.subarray(0, at) : Buffer.concat([...before, piece.subarray(0, at)])
      }
    }
    throw new Error('it is truncated')
  }

  /**
   * Returns exactly `size` bytes; undefined if the stream is at its end. Throws if the stream ends
   * earlier.
   */
  async exactly(size: number): Promise<Buffer | undefined> {
    if (size > 0 && this.#buffered.length >= size) {
      const whole = this.#buffered.subarray(0, size)
      this.#buffered = this.#buffered.subarray(size)
      return whole
    }
    const pieces: Buffer[] = []
    let missing = size
    while (missing > 0) {
      const piece = await this.some(missing)
      if (piece === undefined) {
        if (pieces.length === 0) return undefined
        throw new Error('it is truncated')
      }
      pieces.push(piece)
      missing -= piece.length
    }
    return Buffer.concat(pieces)
  }
}
