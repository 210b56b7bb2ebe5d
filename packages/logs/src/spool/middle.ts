import type { Slice } from '../piece.ts'
import { firstOf, type LogPosition, lastOf, type Mark } from './progress.ts'

/** Marks are this fraction of the tail apart. */
const parts = 16
const LF = 0x0a

/**
 * Counts the output between the head and the tail of a log, and remembers where the tail may begin.
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
   * Counts output up to `position`. Returns whether it added a mark, which stands at the end of a
   * line unless that is far.
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

  /** Returns where the tail begins, when nothing follows. */
  end(slices: readonly Slice[], position: LogPosition): Mark {
    this.pass(slices, position)
    const end = { position, written: this.#written, shown: this.#shown }
    return firstOf(this.#inReach([...this.#marks, end]))
  }

  /** Returns the marks from which the rest fits into the tail; at least the last one. */
  #inReach(marks: readonly Mark[]): readonly Mark[] {
    const first = marks.findIndex(({ shown }) => this.#shown - shown <= this.#tailBytes)
    return marks.slice(first)
  }
}
