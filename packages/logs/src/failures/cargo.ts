import type { NumberedLine } from './failure.ts'
import { placeOf } from './place.ts'
import { Reader } from './reader.ts'

const heading = /^---- (\S.*) stdout ----$/
const nextest = /^ +FAIL \[ *[\d.]+s\] (?:\([^)]*\) )?(\S+ (\S+))$/
/**
 * Matches nextest's lines about tests and its summary; each ends the output of the previous test.
 */
const nextestEnd = /^ +(?:[A-Z][A-Z ]*|Summary) \[ *[\d.]+s\] /
const panic = /^thread '[^']*' (?:\(\d+\) )?panicked at (.+):(\d{1,9}):\d+:$/
const oldPanic = /^thread '[^']*' panicked at '(.*)', ([^']+):(\d{1,9}):\d+$/
const value = /^ {1,2}(left|right): `?(.*?)`?,?$/
const end = /^(?:failures:|test result: )/
const mostReported = 1_000

/** Reads `cargo test` and cargo-nextest, which print a panic below the name of its test. */
export class CargoReader extends Reader {
  #isMessageNext = false
  /** nextest quotes the whole output of `cargo test` for each test. */
  #isNextest = false
  /** The tests already reported by nextest; its summary repeats them. */
  readonly #reported = new Set<string>()

  protected step(line: NumberedLine): void {
    const { text } = line
    const [, id, name] = nextest.exec(text) ?? []
    const test = heading.exec(text)?.[1]
    if (id !== undefined && name !== undefined) this.#beginNextest(line, id, name)
    else if (test !== undefined) {
      this.begin(test, line)
      this.#isMessageNext = this.#isNextest = false
    } else if ((this.#isNextest ? nextestEnd : end).test(text)) this.close()
    else if (this.draft !== null) this.#report({ ...line, text: this.#isNextest ? text.replace(/^ {4}/, '') : text })
  }

  #beginNextest(line: NumberedLine, id: string, name: string): void {
    this.close()
    this.#isNextest = true
    this.#isMessageNext = false
    if (this.#reported.has(id) || this.#reported.size === mostReported) return
    this.#reported.add(id)
    this.begin(name, line)
  }

  #report(line: NumberedLine): void {
    const { draft } = this
    const { text } = line
    if (draft === null) return
    const [, file, number] = panic.exec(text) ?? []
    const [, said, oldFile, oldNumber] = oldPanic.exec(text) ?? []
    const [, side, shown = ''] = value.exec(text) ?? []
    if (this.#isMessageNext) {
      draft.say(line, text)
      this.#isMessageNext = false
    } else if (file !== undefined) {
      draft.locate(placeOf(file, number))
      this.#isMessageNext = true
    } else if (oldFile !== undefined) {
      draft.locate(placeOf(oldFile, oldNumber))
      draft.say(line, said ?? '')
    } else if (side === 'left') draft.received ??= shown
    else if (side === 'right') draft.expected ??= shown
    else if (text === 'stack backtrace:') draft.endQuote()
    // The test returned an error.
    else if (text.startsWith('Error: ')) draft.say(line, text)
  }

  /** Rust does not say which of the two values was expected. */
  protected override close(): void {
    const { draft } = this
    if (draft?.message != null && draft.received !== null && draft.expected !== null)
      draft.message = `${draft.message} (left: ${draft.received}, right: ${draft.expected})`
    if (draft !== null) draft.received = draft.expected = null
    super.close()
  }
}
