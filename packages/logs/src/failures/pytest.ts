import type { NumberedLine } from './failure.ts'
import { placeOf } from './place.ts'
import { Reader } from './reader.ts'

const section = /^=+ (\S.*\S) =+$/
const heading = /^_+ (\S.*\S) _+$/
const place = /^(\S.*\.pyx?):(\d{1,9}): /
const captured = /^-+ Captured .* -+$/
const chained = /^(?:During handling of the above exception|The above exception was the direct cause)/
const summed = /^(?:FAILED|ERROR) (\S+\.py)(?:::(.+?))?(?: - (.*))?$/

/** Pytest: what failed stands in the sections `FAILURES` and `ERRORS`; where they are left out, in the short summary. */
export class PytestReader extends Reader {
  #section: 'reports' | 'summary' | null = null
  #isCaptured = false
  #hasReports = false

  override get isOpen(): boolean {
    return this.#section !== null
  }

  protected step(line: NumberedLine): void {
    const title = section.exec(line.text)?.[1]
    if (title !== undefined) this.#enter(title)
    else if (this.#section === 'reports') this.#report(line)
    else if (this.#section === 'summary') this.#sum(line)
  }

  #enter(title: string): void {
    this.close()
    if (title === 'test session starts') this.#hasReports = false
    this.#section =
      title === 'FAILURES' || title === 'ERRORS' ? 'reports' : title === 'short test summary info' ? 'summary' : null
  }

  #report(line: NumberedLine): void {
    const { text } = line
    const title = heading.exec(text)?.[1]
    if (title !== undefined && /[^_ ]/.test(title)) {
      const [, file, test] = /^(?:ERROR (?:at \w+ of (.*)|collecting (.*)))$/.exec(title) ?? []
      const draft = this.begin(file ?? (test === undefined ? title : null), line)
      if (test !== undefined) draft.place = { file: test, line: null }
      this.#isCaptured = false
      this.#hasReports = true
      return
    }
    const { draft } = this
    if (draft === null || this.#isCaptured) return
    if (captured.test(text)) {
      this.#isCaptured = true
      draft.endQuote()
    } else if (chained.test(text)) draft.unsay()
    else if (/^E {3}/.test(text)) draft.say(line, text.slice(1))
    else {
      const [, file, number] = place.exec(text) ?? []
      if (file !== undefined) draft.locate(placeOf(file, number), 'last')
    }
  }

  #sum(line: NumberedLine): void {
    const [, file, test, message] = summed.exec(line.text) ?? []
    if (file === undefined) {
      if (/^\d+ \w+|^$/.test(line.text)) this.#section = null
    } else if (!this.#hasReports) {
      const draft = this.begin(test?.replaceAll('::', '.') ?? null, line)
      draft.place = { file, line: null }
      draft.say(line, message ?? 'failed')
      this.close()
    }
  }
}
