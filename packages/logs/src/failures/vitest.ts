import { Draft } from './draft.ts'
import type { NumberedLine } from './failure.ts'
import { placeAtEnd } from './place.ts'
import { Reader } from './reader.ts'

const run = /^ RUN {2}v\d/
const section = /^⎯+ Failed (?:Suites|Tests) \d+ ⎯+$/
const unhandled = /^⎯+ Unhandled (?:Rejection|Error|Exception) ⎯+$/
const ruler = /^⎯{3,}(?:\[\d+\/\d+\]⎯+)?$/
const heading = /^ FAIL {2,}(\S.*)$/
const progress = /^ {1,3}[✓×❯↓] \S|^std(?:err|out) \| /
const end = /^ Test Files {2}/
/** Matches a project's name before the file. */
const project = /^(?:\|[^|]{1,100}\||\S{1,100}(?= {2,}\S)) +/

/**
 * Reads Vitest, which lists failures after a heading near the end. Tests may print reports of other
 * runs, after which their own run continues. Console output of tests is not part of a report.
 */
export class VitestReader extends Reader {
  #isInSection = false
  #isConsole = false
  #isOver = false
  #runFrom = 0
  /** Tests that failed with the same error are listed one after the other. */
  #others: Draft[] = []

  override get isOpen(): boolean {
    return this.#isInSection || this.#isConsole || this.#isOver
  }

  protected step(line: NumberedLine): void {
    const { text, number } = line
    if (this.#isConsole) {
      if (text.trim() === '') this.#isConsole = false
      return
    }
    if (run.test(text)) {
      this.close()
      this.#isInSection = this.#isOver = false
      this.#runFrom = number
    } else if (this.#isOver && progress.test(text)) {
      this.retract(this.#runFrom)
      this.#isOver = false
      this.#isConsole = text.startsWith('std')
    } else if (section.test(text)) this.#enter(true)
    else if (unhandled.test(text)) {
      this.#enter(true)
      this.begin(null, line)
    } else if (end.test(text)) {
      this.#enter(false)
      this.#isOver = true
    } else if (this.#isInSection) this.#report(line)
    else if (text.startsWith('stderr | ') || text.startsWith('stdout | ')) this.#isConsole = true
  }

  protected override close(): void {
    const { draft } = this
    for (const other of this.#others) {
      other.message = draft?.message ?? null
      other.place = draft?.place ?? null
      this.add(other)
    }
    this.#others = []
    super.close()
  }

  #enter(isInSection: boolean): void {
    this.close()
    this.#isInSection = isInSection
  }

  #report(line: NumberedLine): void {
    const { text } = line
    const title = heading.exec(text)?.[1]
    const { draft } = this
    if (title !== undefined) {
      if (draft !== null && draft.message === null && this.#others.length < 20) {
        this.#others.push(draft)
        this.draft = new Draft(null, line.number)
      } else this.begin(null, line)
      name(this.draft, title)
    } else if (draft === null) return
    else if (ruler.test(text)) this.close()
    else if (text.startsWith(' ❯ ')) draft.locate(placeAtEnd(text))
    else draft.say(line, text)
  }
}

/**
 * Takes file and test names from a heading. A file that failed as a whole is named twice:
 * `file [ file ]`.
 */
function name(draft: Draft | null, title: string): void {
  if (draft === null) return
  const [file = '', ...names] = title.replace(project, '').split(' > ')
  draft.test = names.length === 0 ? null : names.join(' › ')
  draft.declared = { file: file.replace(/ \[ .*/, ''), line: null }
}
