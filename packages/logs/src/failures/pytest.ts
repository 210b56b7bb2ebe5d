import type { NumberedLine } from './failure.ts'
import { placeOf } from './place.ts'
import { Reader } from './reader.ts'

const section = /^=+ (\S.*\S) =+$/
const heading = /^_+ (\S.*\S) _+$/
const place = /^(\S.*\.pyx?):(\d{1,9}): /
const captured = /^-+ Captured .* -+$/
/** With `--tb=native`. */
const nativePlace = /^ {2}File "(.+)", line (\d{1,9})/
const chained = /^(?:During handling of the above exception|The above exception was the direct cause)/
const summed = /^(?:FAILED|ERROR) (\S+\.py)(?:::(.+?))?(?: - (.*))?$/

const mostReported = 1_000

/**
 * Reads pytest, which lists failures in the sections `FAILURES` and `ERRORS` and in the short
 * summary.
 */
export class PytestReader extends Reader {
  #section: 'reports' | 'summary' | null = null
  #isCaptured = false
  /** Whether a traceback in Python's own form has begun and not ended. */
  #isTraced = false
  /** Tests or files whose reports were read; the summary repeats them. */
  readonly #reported = new Set<string>()

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
    if (title === 'test session starts') this.#reported.clear()
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
      this.#isCaptured = this.#isTraced = false
      if (this.#reported.size < mostReported) this.#reported.add(file ?? test ?? title)
      return
    }
    const { draft } = this
    if (draft === null || this.#isCaptured) return
    if (captured.test(text)) {
      this.#isCaptured = true
      draft.endQuote()
    } else if (chained.test(text)) draft.unsay()
    else if (text.startsWith('Traceback (most recent call last)')) {
      draft.unsay()
      this.#isTraced = true
    } else if (/^E {3}/.test(text)) draft.say(line, text.slice(1))
    else {
      const [, file, number] = place.exec(text) ?? nativePlace.exec(text) ?? []
      if (file !== undefined) draft.locate(placeOf(file, number), 'last')
      else if (this.#isTraced && /^\S/.test(text)) {
        draft.say(line, text)
        this.#isTraced = false
      }
    }
  }

  #sum(line: NumberedLine): void {
    const [, file, test, message] = summed.exec(line.text) ?? []
    if (file === undefined) {
      if (/^\d+ \w+|^$/.test(line.text)) this.#section = null
    } else {
      const name = test?.replaceAll('::', '.') ?? null
      if (this.#reported.has(name ?? file)) return
      const draft = this.begin(name, line)
      draft.place = { file, line: null }
      draft.say(line, message ?? 'failed')
      this.close()
    }
  }
}
