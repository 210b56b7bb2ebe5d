import type { NumberedLine } from './failure.ts'
import { placeOf } from './place.ts'
import { Reader } from './reader.ts'

const heading = /^---- (\S.*) stdout ----$/
const nextest = /^ +(?:TRY \d+ )?FAIL \[ *[\d.]+s\] (?:\([^)]*\) )?(\S+ \S+)$/
const panic = /^thread '.*' (?:\(\d+\) )?panicked at (.+):(\d{1,9}):\d+:$/
const oldPanic = /^thread '.*' panicked at '(.*)', (.+):(\d{1,9}):\d+$/
const value = /^ {1,2}(left|right): `?(.*?)`?,?$/
const end = /^(?:failures:|test result: |────|={4,}$)/

/** `cargo test` and cargo-nextest: a panic below the name of the test. */
export class CargoReader extends Reader {
  override readonly sumsUp = true
  #isMessageNext = false

  protected step(line: NumberedLine): void {
    const { text } = line
    const test = heading.exec(text)?.[1] ?? nextest.exec(text)?.[1]
    if (test !== undefined) {
      this.begin(test, line)
      this.#isMessageNext = false
    } else if (end.test(text)) this.close()
    else if (this.draft !== null) this.#report(line)
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
    // A test that returns an error.
    else if (text.startsWith('Error: ')) draft.say(line, text)
  }

  /** Which of two values was expected, Rust does not know. */
  protected override close(): void {
    const { draft } = this
    if (draft?.message != null && draft.received !== null && draft.expected !== null)
      draft.message = `${draft.message} (left: ${draft.received}, right: ${draft.expected})`
    if (draft !== null) draft.received = draft.expected = null
    super.close()
  }
}
