import type { NumberedLine } from './failure.ts'
import { type Place, placeAtEnd } from './place.ts'
import { Reader } from './reader.ts'

const heading = /^✖ (\S.*?)(?: \(\d+(?:\.\d+)?ms\))?(?: # .*)?$/
const location = 'test at '

/**
 * Reads the spec reporter of Node.js's test runner, which lists failures below `✖ failing tests:`.
 */
export class NodeTestReader extends Reader {
  #isInSection = false
  #declared: Place | null = null

  override get isOpen(): boolean {
    return this.#isInSection
  }

  protected step(line: NumberedLine): void {
    const { text } = line
    if (text === '✖ failing tests:') {
      this.close()
      this.#isInSection = true
    } else if (this.#isInSection) this.#report(line)
  }

  #report(line: NumberedLine): void {
    const { text } = line
    const { draft } = this
    const title = heading.exec(text)?.[1]
    if (title !== undefined) {
      this.begin(title, line).declared = this.#declared
      this.#declared = null
    } else if (text.startsWith(location) || text.startsWith('⚠ ')) {
      this.close()
      this.#declared = placeAtEnd(text)
    } else if (/^\S/.test(text)) {
      this.close()
      this.#isInSection = false
    } else if (draft === null) return
    else if (/^ {6,}at \S/.test(text)) draft.locate(placeAtEnd(text))
    else if (/^ {2}'?\d+ subtests? failed'?$/.test(text)) this.draft = null
    else draft.sayOrCompare(line)
  }
}
