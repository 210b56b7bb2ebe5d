import type { LogLine } from '../terminal/lines.ts'
import { type LogPlace, readBytes } from './queries.ts'

/** So much of a cut line is read (web L17). */
const mostBytes = 64 * 1024
/** Of so many cut lines at once more is kept than their beginning. */
const mostKept = 16
/** A line that wrote over itself: what it shows is its end. */
const isRewritten = /\r(?!$)/

/** More of lines that are too long to come as a whole: their first 64 KiB when they are asked for, their last ones where the end is what is shown (web L6, L17). */
export class LongLines {
  readonly #place: LogPlace
  readonly #stop = new AbortController()
  readonly #onChange: () => void
  readonly #lines = new Map<number, LogLine>()
  readonly #asked = new Set<number>()

  constructor(place: LogPlace, onChange: () => void) {
    this.#place = place
    this.#onChange = onChange
  }

  get(line: number): LogLine | undefined {
    return this.#lines.get(line)
  }

  /** A cut line is looked at: of one that wrote over itself the end is read. */
  see(number: number, line: LogLine): void {
    if (line.cutBytes !== null && isRewritten.test(line.text)) void this.#read(number, line, true)
  }

  /** More of a cut line is wanted. */
  open(number: number, line: LogLine): void {
    void this.#read(number, line, false)
  }

  /** A line that grows is no longer what was read of it. */
  forget(from: number, to: number): void {
    for (const line of this.#lines.keys()) if (line >= from && line <= to) this.#lines.delete(line)
  }

  stop(): void {
    this.#stop.abort()
  }

  async #read(number: number, line: LogLine, isEnd: boolean): Promise<void> {
    const { cutBytes, offset } = line
    if (cutBytes === null || offset === null || this.#asked.has(number) || this.#lines.has(number)) return
    this.#asked.add(number)
    const from = isEnd ? offset + Math.max(0, cutBytes - mostBytes) : offset
    try {
      const bytes = await readBytes(this.#place, from, Math.min(offset + cutBytes, from + mostBytes), this.#stop.signal)
      // Half a character at an edge is no invalid one.
      const text = new TextDecoder().decode(bytes).replace(/^\ufffd{1,3}|\ufffd{1,3}$/g, '')
      const isWhole = cutBytes <= mostBytes
      this.#lines.set(number, { ...line, text, cutBytes: isWhole || isEnd ? null : cutBytes })
      for (const old of this.#lines.keys()) if (this.#lines.size > mostKept) this.#lines.delete(old)
      this.#onChange()
    } catch {
      // What was there of it stays, with its note, and can be asked for again.
    } finally {
      this.#asked.delete(number)
    }
  }
}
