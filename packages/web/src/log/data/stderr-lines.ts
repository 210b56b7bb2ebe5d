import type { Schema } from '../../api/schemas.ts'
import { linesOfPage } from '../terminal/lines.ts'
import { rereadMs } from './line-loader.ts'

/** Reads a page of the log from this line on. */
type ReadPage = (from: number, signal: AbortSignal) => Promise<Schema<'LogPage'>>

/** Finds the lines of stderr by reading the whole log, page by page (web L11). */
export class StderrLines {
  readonly #read: ReadPage
  readonly #onChange: () => void
  #lines: readonly number[] = []
  #looked = 0
  #totalLines = 0
  #reading: AbortController | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(read: ReadPage, onChange: () => void) {
    this.#read = read
    this.#onChange = onChange
  }

  /** The lines of stderr among the lines read, in order. */
  get lines(): readonly number[] {
    return this.#lines
  }

  /** How many lines were read. */
  get looked(): number {
    return this.#looked
  }

  /** Reads on up to this line. A pending read continues, because a log may grow all the time. */
  readTo(totalLines: number): void {
    this.#totalLines = totalLines
    if (this.#reading === null && this.#timer === undefined) void this.#readOn()
  }

  /** Stops reading until the next `readTo`. */
  stop(): void {
    this.#reading?.abort()
    this.#reading = null
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  async #readOn(): Promise<void> {
    const reading = new AbortController()
    this.#reading = reading
    try {
      while (this.#looked < this.#totalLines) {
        const page = await this.#read(this.#looked + 1, reading.signal)
        if (this.#reading !== reading) return
        this.#take(page)
      }
      this.#reading = null
    } catch (error) {
      if (this.#reading !== reading) return
      this.#reading = null
      this.#timer = setTimeout(() => {
        this.#timer = undefined
        void this.#readOn()
      }, rereadMs(error))
    }
  }

  #take(page: Schema<'LogPage'>): void {
    const looked = linesOfPage(page)
    this.#lines = [...this.#lines, ...looked.flatMap((line, at) => (line.isStderr ? [page.from + at] : []))]
    // A page without lines is skipped, because it would be requested forever.
    this.#looked += Math.max(1, looked.length)
    this.#onChange()
  }
}
