import type { NumberedLine } from './failure.ts'
import { placeAtEnd } from './place.ts'
import { Reader } from './reader.ts'

const suite = /^ ?(FAIL|PASS) {1,2}(?:\S{1,100} )?(\S+\.\w+)(?: \([^)]*\))?$/
const heading = /^ {2}● (\S.*)$/

/**
 * Reads Jest, which prints the failures of a file below its name, and repeats them at the end of
 * runs with many files.
 */
export class JestReader extends Reader {
  override readonly sumsUp = true
  #file: string | null = null

  override get isOpen(): boolean {
    return this.#file !== null
  }

  protected step(line: NumberedLine): void {
    const { text } = line
    const [, result, file] = suite.exec(text) ?? []
    if (result !== undefined || text.startsWith('Test Suites: ')) {
      this.close()
      this.#file = result === 'FAIL' ? (file ?? null) : null
    } else if (this.#file !== null) this.#report(line, this.#file)
  }

  #report(line: NumberedLine, file: string): void {
    const { text } = line
    const title = heading.exec(text)?.[1]
    if (title === 'Console') this.close()
    else if (title === 'Test suite failed to run') this.begin(null, line).place = { file, line: null }
    else if (title !== undefined) this.begin(title, line)
    const { draft } = this
    if (draft === null || title !== undefined) return
    const value = /^ {4}(Expected|Received): (.*)$/.exec(text)
    if (value !== null) this.#compare(draft.message, value[1] === 'Expected' ? 'expected' : 'received', value[2] ?? '')
    else if (/^ {6}at /.test(text)) draft.locate(placeAtEnd(text))
    else draft.say(line, text)
  }

  #compare(message: string | null, which: 'expected' | 'received', value: string): void {
    if (this.draft !== null && message?.trimStart().startsWith('expect(') === true) this.draft[which] = value
  }
}
