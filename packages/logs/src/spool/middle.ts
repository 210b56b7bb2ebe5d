import type { Slice } from '../piece.ts'
import { firstOf, type LogPosition, lastOf, type Mark } from './progress.ts'

/** Number of marks per length of the tail. */
const parts = 16
const LF = 0x0a

/**
 * Counts the output between the head and the tail of a log, and records possible beginnings of the
 * tail.
 */
export class Middle {
  readonly #tailBytes: number
  #marks: readonly Mark[]
  #written: number
  #shown: number

  /** The tail shows at most `tailBytes`. */
  constructor(tailBytes: number, marks: readonly Mark[]) {
    this.#tailBytes = tailBytes
    this.#marks = marks
    const { written, shown } = lastOf(marks)
    this.#written = written
    this.#shown = shown
  }

  get marks(): readonly Mark[] {
    return this.#marks
  }

  /**
   * Counts output up to `position`. Returns whether it added a mark. Marks are at the ends of lines
   * unless these are far.
   */
  pass(slices: readonly Slice[], position: LogPosition): boolean {
    for (const { size, bytes } of slices) {
      this.#written += size
      this.#shown += bytes.length
    }
    const step = this.#tailBytes / parts
    const since = this.#shown - lastOf(this.#marks).shown
    if (since < step || (since < 2 * step && slices.at(-1)?.bytes.at(-1) !== LF)) return false
    this.#marks = this.#inReach([...this.#marks, { position, written: this.#written, shown: this.#shown }])
    return true
  }

  /** Returns the beginning of the tail after the end of the output. */
  end(slices: readonly Slice[], position: LogPosition): Mark {
    this.pass(slices, position)
    const end = { position, written: this.#written, shown: this.#shown }
    return firstOf(this.#inReach([...this.#marks, end]))
  }

  /** Returns the marks after which the rest fits into the tail, or at least the last mark. */
  #inReach(marks: readonly Mark[]): readonly Mark[] {
    const first = marks.findIndex(({ shown }) => this.#shown - shown <= this.#tailBytes)
    return marks.slice(first)
  }
}
