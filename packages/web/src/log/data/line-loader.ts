import { isPassing } from '../../api/query-client.ts'
import type { Schema } from '../../api/schemas.ts'
import { type LogLine, linesOfPage } from '../terminal/lines.ts'
import type { LineBlocks } from './blocks.ts'
import { type LogPlace, pageLines, readLines } from './queries.ts'

type Run = readonly [from: number, to: number]

/** Returns the delay before a failed read is repeated; some failures are unlikely to pass. */
export function rereadMs(error: unknown): number {
  return isPassing(error) ? 3000 : 30_000
}

/** Reads missing visible lines, one page at a time. */
export class LineLoader {
  readonly #place: LogPlace
  readonly #lines: LineBlocks
  /** Receives each page, and null after a failed read. */
  readonly #onPage: (page: Schema<'LogPage'> | null) => void
  #wanted: readonly Run[] = []
  #reading: { readonly from: number; readonly to: number; readonly abort: AbortController } | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  problem: unknown = null

  constructor(place: LogPlace, lines: LineBlocks, onPage: (page: Schema<'LogPage'> | null) => void) {
    this.#place = place
    this.#lines = lines
    this.#onPage = onPage
  }

  setVisible(runs: readonly Run[]): void {
    this.#wanted = runs
    const reading = this.#reading
    if (reading !== null && !runs.some(([from, to]) => from <= reading.to && to >= reading.from)) {
      reading.abort.abort()
      this.#reading = null
    }
    if (this.#timer === undefined) this.#next()
  }

  async readAll(from: number, to: number, signal: AbortSignal): Promise<readonly LogLine[]> {
    const lines: LogLine[] = []
    for (let next = from; next <= to; ) {
      const known = this.#lines.get(next)
      if (known !== undefined) lines.push(known)
      else {
        const page = linesOfPage(await readLines(this.#place, next, Math.min(2000, to - next + 1), signal))
        if (page.length === 0) break
        lines.push(...page)
      }
      next = from + lines.length
    }
    return lines
  }

  stop(): void {
    this.#wanted = []
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#reading?.abort.abort()
    this.#reading = null
  }

  #next(): void {
    if (this.#reading !== null) return
    for (const [from, to] of this.#wanted) {
      const missing = this.#lines.firstMissing(from, to)
      if (missing !== null) return void this.#read(missing, Math.max(missing, Math.min(to, missing + pageLines - 1)))
    }
  }

  async #read(from: number, to: number): Promise<void> {
    const abort = new AbortController()
    const reading = { from, to, abort }
    this.#reading = reading
    try {
      const page = await readLines(this.#place, from, to - from + 1, abort.signal)
      if (this.#reading !== reading) return
      this.#reading = null
      this.problem = null
      // A log shorter than expected returns no lines, and requesting them again would never end.
      if (page.lines.length === 0) this.#wanted = []
      this.#onPage(page)
      this.#next()
    } catch (error) {
      if (this.#reading !== reading) return
      this.#reading = null
      this.problem = error
      this.#timer = setTimeout(() => {
        this.#timer = undefined
        this.#next()
      }, rereadMs(error))
      this.#onPage(null)
    }
  }
}
