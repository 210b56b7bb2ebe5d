/** Rows are mounted this many at a time (web L2). */
export const blockRows = 64

/** How tall blocks of rows are: as many pixels a row as is usual, until one was measured. In pixels from the top of all rows, of which there may be millions. */
export class BlockHeights {
  readonly #rows: number
  readonly #rowHeight: number
  /** What a measured block has more than its rows would usually take, and the sums of that, as a Fenwick tree. */
  readonly #more = new Map<number, number>()
  readonly #sums: Float64Array

  constructor(rows: number, rowHeight: number) {
    this.#rows = rows
    this.#rowHeight = rowHeight
    this.#sums = new Float64Array(this.blocks + 1)
  }

  /** How many blocks there are. */
  get blocks(): number {
    return Math.ceil(this.#rows / blockRows)
  }

  /** Of all rows. */
  get total(): number {
    return this.topOf(this.blocks)
  }

  /** Where a block begins. */
  topOf(block: number): number {
    const rows = Math.min(block * blockRows, this.#rows)
    return rows * this.#rowHeight + this.#sumBefore(Math.min(block, this.blocks))
  }

  /** The block at a height; the first or the last one beyond the ends. */
  blockAt(top: number): number {
    let [low, high] = [0, Math.max(0, this.blocks - 1)]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.topOf(middle) <= top) low = middle
      else high = middle - 1
    }
    return low
  }

  /** Says how tall a block is. Gives by how much that differs from what was thought. */
  measure(block: number, height: number): number {
    const rows = Math.min(blockRows, this.#rows - block * blockRows)
    const more = height - rows * this.#rowHeight
    const change = more - (this.#more.get(block) ?? 0)
    if (change === 0) return 0
    this.#more.set(block, more)
    for (let at = block + 1; at < this.#sums.length; at += at & -at) this.#sums[at] = (this.#sums[at] ?? 0) + change
    return change
  }

  /** The same blocks with more rows behind them: what was measured stays, but for the last one, which has more rows now. */
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
