const mostCells = 4_096

/** The lines from `from` to before `to`. */
export interface LineRange {
  readonly from: number
  readonly to: number
}

/** Counts the hits in a log, in cells of equally many lines; the cells grow with the log. */
export class HitCounts {
  #cells: number[] = []
  #width = 1
  #total = 0

  get total(): number {
    return this.#total
  }

  add(line: number, count: number): void {
    while (this.#cellOf(line) >= mostCells) this.#widen()
    const cell = this.#cellOf(line)
    while (this.#cells.length <= cell) this.#cells.push(0)
    this.#cells[cell] = (this.#cells[cell] ?? 0) + count
    this.#total += count
  }

  /**
   * Returns the number of hits in the cells before a line's cell, and the first line of that cell.
   */
  before(line: number): { readonly count: number; readonly first: number } {
    const cell = this.#cellOf(line)
    return { count: sum(this.#cells.slice(0, cell)), first: cell * this.#width + 1 }
  }

  /** Returns the next run of cells with hits, as lines from `from` on. */
  nextRun(from: number): LineRange | null {
    let start = this.#cellOf(from)
    while (start < this.#cells.length && this.#cells[start] === 0) start++
    if (start >= this.#cells.length) return null
    let end = start
    while (end < this.#cells.length && this.#cells[end] !== 0) end++
    return { from: Math.max(from, start * this.#width + 1), to: end * this.#width + 1 }
  }

  /** Returns the number of hits in each of up to `most` equal parts of this many lines. */
  parts(lines: number, most: number): number[] {
    const parts = new Array<number>(Math.min(most, lines)).fill(0)
    for (const [cell, count] of this.#cells.entries()) {
      const place = Math.min(parts.length - 1, Math.floor((cell * this.#width * parts.length) / lines))
      if (count > 0) parts[place] = (parts[place] ?? 0) + count
    }
    return parts
  }

  #cellOf(line: number): number {
    return Math.floor((line - 1) / this.#width)
  }

  #widen(): void {
    const cells = this.#cells
    this.#cells = Array.from({ length: Math.ceil(cells.length / 2) }, (_, place) =>
      sum(cells.slice(2 * place, 2 * place + 2)),
    )
    this.#width *= 2
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0)
}
