import type { LogLine } from '../terminal/lines.ts'
import { type LogPlace, readBytes } from './queries.ts'

/** The limit of bytes read of a truncated line (web L17). */
const mostBytes = 64 * 1024
/** The limit of truncated lines that are kept beyond their beginning. */
const mostKept = 16
/** Matches a line that overwrites itself, and therefore shows its end. */
const isRewritten = /\r(?!$)/

/**
 * Reads more of lines that are too long: the first 64 KiB on request, or the last 64 KiB of a line
 * that overwrites itself (web L6, L17).
 */
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

  /** Reads the end of a viewed line that overwrites itself. */
  onVisible(number: number, line: LogLine): void {
    if (line.cutBytes !== null && isRewritten.test(line.text)) void this.#read(number, line, true)
  }

  /** Reads more of a line on request. */
  open(number: number, line: LogLine): void {
    void this.#read(number, line, false)
  }

  /** Forgets lines that have grown. */
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
      // Characters split at an edge do not count as invalid.
      const text = new TextDecoder().decode(bytes).replace(/^\ufffd{1,3}|\ufffd{1,3}$/g, '')
      const isWhole = cutBytes <= mostBytes
      this.#lines.set(number, { ...line, text, cutBytes: isWhole || isEnd ? null : cutBytes })
      for (const old of this.#lines.keys()) if (this.#lines.size > mostKept) this.#lines.delete(old)
      this.#onChange()
    } catch {
      // The known part and its note stay, so that the rest can be requested again.
    } finally {
      this.#asked.delete(number)
    }
  }
}
