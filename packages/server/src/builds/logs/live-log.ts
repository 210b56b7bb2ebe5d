import { type Chunk, type LineIndex, LineIndexer, nextTurn } from '@harmont/logs'

/** The bytes indexed before other work gets a turn; takes a few milliseconds. */
const readBytes = 256 * 1024

interface LiveSource {
  read(after: number, maxBytes: number): Promise<readonly Chunk[]>
  /** Returns whether the job is terminal, so that a later read gets the whole log. */
  isOver(): Promise<boolean>
}

/** Indexes an unpacked log, and keeps the index for the next reader. */
export class LiveLog {
  readonly #source: LiveSource
  #indexer = new LineIndexer()
  #isComplete = false
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null

  constructor(source: LiveSource) {
    this.#source = source
  }

  get isComplete(): boolean {
    return this.#isComplete
  }

  get index(): LineIndex {
    return this.#indexer.index
  }

  /**
   * Resolves when all chunks that existed at the call are indexed. Concurrent callers share one
   * read.
   */
  async catchUp(): Promise<void> {
    if (this.#running === null) this.#running = this.#read().finally(() => (this.#running = null))
    else {
      const running = this.#running
      this.#next ??= running.then(
        () => this.#after(),
        () => this.#after(),
      )
      return this.#next
    }
    return this.#running
  }

  /**
   * Indexes these new chunks and any unindexed chunks before them. Does nothing while a read is in
   * progress, since that read gets them.
   */
  async take(chunks: readonly Chunk[]): Promise<void> {
    if (this.#running !== null || this.#isComplete) return
    this.#running = this.#index(chunks).finally(() => (this.#running = null))
    return this.#running
  }

  async #index(chunks: readonly Chunk[]): Promise<void> {
    const first = chunks[0]?.seq ?? 0
    while (this.#indexer.lastSeq < first - 1) {
      const before = await this.#source.read(this.#indexer.lastSeq, readBytes)
      if (before.length === 0) return
      this.#indexer.push(before)
    }
    for (const slice of slicesOf(chunks.filter(({ seq }) => seq > this.#indexer.lastSeq))) {
      this.#indexer.push(slice)
      await nextTurn()
    }
  }

  #after(): Promise<void> {
    this.#next = null
    return this.catchUp()
  }

  async #read(): Promise<void> {
    const isOver = await this.#source.isOver()
    let chunks = await this.#source.read(this.#indexer.lastSeq, readBytes)
    if (this.#isComplete && isOver && chunks.length === 0) return
    if (this.#isComplete) {
      // A job that had not started may wait again; then its finished log continues.
      this.#indexer = new LineIndexer()
      this.#isComplete = false
      chunks = await this.#source.read(0, readBytes)
    }
    while (chunks.length > 0) {
      this.#indexer.push(chunks)
      chunks = await this.#source.read(this.#indexer.lastSeq, readBytes)
    }
    if (isOver) this.#indexer.finish()
    this.#isComplete = isOver
  }
}

/** Cuts chunks into parts of about `readBytes`. */
function* slicesOf(chunks: readonly Chunk[]): Generator<readonly Chunk[]> {
  let [begin, bytes] = [0, 0]
  for (const [at, { content }] of chunks.entries()) {
    bytes += content.length
    if (bytes < readBytes && at + 1 < chunks.length) continue
    yield chunks.slice(begin, at + 1)
    begin = at + 1
    bytes = 0
  }
}
