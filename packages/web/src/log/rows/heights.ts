/** Rows are mounted in blocks of this size (web L2). */
export const blockRows = 64

/**
 * Heights of blocks of rows, estimated until measured, in pixels from the top of all rows; there
 * may be millions of rows.
 */
export class BlockHeights {
  readonly #rows: number
  readonly #rowHeight: number
  /** The differences between measured blocks and their estimates, and a Fenwick tree of their sums. */
  readonly #more = new Map<number, number>()
  readonly #sums: Float64Array

  constructor(rows: number, rowHeight: number) {
    this.#rows = rows
    this.#rowHeight = rowHeight
    this.#sums = new Float64Array(this.blocks + 1)
  }

  /** The number of blocks. */
  get blocks(): number {
    return Math.ceil(this.#rows / blockRows)
  }

  /** The height of all rows. */
  get total(): number {
    return this.topOf(this.blocks)
  }

  /** Returns the top of a block. */
  topOf(block: number): number {
    const rows = Math.min(block * blockRows, this.#rows)
    return rows * this.#rowHeight + this.#sumBefore(Math.min(block, this.blocks))
  }

  /** Returns the block at a height; beyond the ends, the first or last block. */
  blockAt(top: number): number {
    let [low, high] = [0, Math.max(0, this.blocks - 1)]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.topOf(middle) <= top) low = middle
      else high = middle - 1
    }
    return low
  }

  /** Records the height of a block. Returns the difference from the known height. */
  measure(block: number, height: number): number {
    const rows = Math.min(blockRows, this.#rows - block * blockRows)
    const more = height - rows * this.#rowHeight
    const change = more - (this.#more.get(block) ?? 0)
    if (change === 0) return 0
    this.#more.set(block, more)
    for (let at = block + 1; at < this.#sums.length; at += at & -at) this.#sums[at] = (this.#sums[at] ?? 0) + change
    return change
  }

  /** Returns the blocks with appended rows; measured heights stay, except the last one. */
  grown(rows: number): BlockHeights {
    const next = new BlockHeights(rows, this.#rowHeight)
    for (const [block, more] of this.#more)
      if ((block + 1) * blockRows <= this.#rows) next.measure(block, more + blockRows * this.#rowHeight)
    return next
  }

  #sumBefore(block: number): number {
    let sum = 0
    for (let at = block; at > 0; at -= at & -at) sum += this.#sums[at] ?? 0
    return sum
  }
}
