import type { Slice } from '../piece.ts'
import { firstOf, type LogPosition, lastOf, type Mark } from './progress.ts'

/** The tail is between this many parts of so many, and all, of what it may be. */
const parts = 16
const LF = 0x0a

/** Counts what lies between the head and the tail of a log, and remembers where the tail may begin. */
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

  /** Passes over output, after which the reading is at `position`. Gives whether there is a mark more, which is at the end of a line unless that is far. */
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

  /** Where the tail begins, when nothing more will come. */
  end(slices: readonly Slice[], position: LogPosition): Mark {
    this.pass(slices, position)
    const end = { position, written: this.#written, shown: this.#shown }
    return firstOf(this.#inReach([...this.#marks, end]))
  }

  /** Those from which on there is not too much; the last of them at least. */
  #inReach(marks: readonly Mark[]): readonly Mark[] {
    const first = marks.findIndex(({ shown }) => this.#shown - shown <= this.#tailBytes)
    return marks.slice(first)
  }
}
