import type { NumberedLine } from './failure.ts'
import { placeAtEnd } from './place.ts'
import { Reader } from './reader.ts'

const summary = /^ {2}(\d{1,7}) failing$/
const heading = /^ {2}(\d{1,7})\) (\S.*)$/
const frame = /^ {6,}at \S/

/** Reads Mocha, and reporters that follow it: numbered failures below `2 failing`. */
export class MochaReader extends Reader {
  /** Number of failures still to come. */
  #left = 0
  #names: string[] | null = null
  #hasFrames = false

  override get isOpen(): boolean {
    return this.#left > 0 || this.draft !== null
  }

  protected step(line: NumberedLine): void {
    const { text } = line
    const count = summary.exec(text)?.[1]
    if (count !== undefined) {
      this.close()
      this.#left = Number(count)
      return
    }
    const title = this.#left > 0 ? heading.exec(text)?.[2] : undefined
    if (title !== undefined) {
      this.begin('', line)
      this.#left--
      this.#names = []
      this.#hasFrames = false
      this.#name(title)
    } else if (this.draft !== null) this.#report(line)
  }

  #report(line: NumberedLine): void {
    const { draft } = this
    const { text } = line
    if (draft === null) return
    if (this.#names !== null) this.#name(text.trim())
    else if (frame.test(text)) {
      draft.locate(placeAtEnd(text))
      this.#hasFrames = true
    } else if (this.#hasFrames && text.trim() === '') this.close()
    else draft.sayOrCompare(line)
  }

  /** Takes the next line of the test's names. The last one ends with a colon. */
  #name(text: string): void {
    const { draft } = this
    if (draft === null || this.#names === null) return
    const isLast = text === '' || text.endsWith(':') || this.#names.length === 20
    this.#names.push(isLast ? text.replace(/:$/, '') : text)
    draft.test = this.#names.filter((name) => name !== '').join(' › ')
    if (isLast) this.#names = null
  }
}
