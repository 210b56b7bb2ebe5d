import type { NumberedLine } from './failure.ts'
import { placeOf } from './place.ts'
import { Reader } from './reader.ts'

const ruler = /^={70}$/
const heading = /^(?:FAIL|ERROR): (\S.*)$/
const frame = /^ {2}File "(.+)", line (\d{1,9})/
const titled = /^(\S+) \(([\w.]+)\)(.*)$/

/**
 * Reads Python's unittest, which prints a ruler above each failure's heading and a traceback below.
 */
export class UnittestReader extends Reader {
  #isAfterRuler = false
  #isTraced = false

  override get isOpen(): boolean {
    return this.#isAfterRuler || this.draft !== null
  }

  protected step(line: NumberedLine): void {
    const { text } = line
    const title = this.#isAfterRuler ? heading.exec(text)?.[1] : undefined
    this.#isAfterRuler = ruler.test(text)
    if (this.#isAfterRuler || /^Ran \d+ tests? in /.test(text)) this.close()
    else if (title !== undefined) {
      this.begin(testOf(title), line)
      this.#isTraced = false
    } else if (this.draft !== null) this.#report(line)
  }

  #report(line: NumberedLine): void {
    const { draft } = this
    const { text } = line
    if (draft === null) return
    const [, file, number] = frame.exec(text) ?? []
    if (text.startsWith('Traceback (most recent call last)')) {
      draft.unsay()
      this.#isTraced = true
    } else if (file !== undefined) draft.locate(placeOf(file, number), 'last')
    else if (this.#isTraced && /^\S/.test(text)) {
      draft.say(line, text)
      this.#isTraced = false
    }
  }
}

/**
 * Parses `test_x (module.Class.test_x)` of newer versions and `test_x (module.Class)` of older
 * ones, with the suffix of a subtest.
 */
function testOf(title: string): string {
  const [, name, path, more = ''] = titled.exec(title) ?? []
  if (name === undefined || path === undefined) return title
  return `${path.endsWith(`.${name}`) ? path : `${path}.${name}`}${more}`
}
