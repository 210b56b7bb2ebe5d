import type { Draft } from './draft.ts'
import type { NumberedLine } from './failure.ts'
import { placeOf } from './place.ts'
import { Reader } from './reader.ts'

const heading = /^( *)--- FAIL: (\S.*) \(\d+\.\d+s\)$/
const running = /^=== (?:RUN|NAME|CONT) {1,3}(\S.*)$/
const message = /^ {4,}(?:\t *)?([\w.-]+\.go):(\d{1,9}): ?(.*)$/
const frame = /^\t(\S+\.go):(\d{1,9})(?: \+0x[\da-f]+)?$/
const compiled = /^(?:vet: )?((?:[\w.-]*\/)*[\w.-]+\.go):(\d{1,9})(?::\d+)?: (\S.*)$/
const packageEnd = /^(?:FAIL|ok)\t\S/
const saysWhy = /\b(?:want|expect\w*|got|fail\w*|err\w*|unexpected|mismatch|not)\b/i

interface Said {
  readonly line: NumberedLine
  readonly file: string
  readonly at: string
  readonly text: string
}

/** Reads `go test`, with and without `-v`, and the Go compiler. */
export class GoReader extends Reader {
  /**
   * With `-v`, messages precede the heading. Holds the most informative message of the running
   * test.
   */
  readonly #said = new Map<string, Said>()
  #running: string | null = null
  /**
   * Errors of the package being compiled. They count as test failures if the package's last line
   * ends with `[build failed]`.
   */
  #compiled: Draft[] = []

  override get isOpen(): boolean {
    return this.draft !== null || this.#running !== null || this.#compiled.length > 0
  }

  protected step(line: NumberedLine): void {
    const { text } = line
    const [, , test] = heading.exec(text) ?? []
    const next = running.exec(text)?.[1]
    if (next !== undefined) {
      this.close()
      this.#running = next
    } else if (test !== undefined) this.#fail(line, test)
    else if (text === 'FAIL') this.close()
    else if (packageEnd.test(text)) this.#endPackage(text.endsWith(' [build failed]'))
    else if (this.draft !== null) this.#report(line, this.draft)
    else if (!this.#note(line)) this.#compile(line)
  }

  override end(): void {
    this.#endPackage(false)
  }

  #fail(line: NumberedLine, test: string): void {
    // A parent test fails with each failed subtest.
    if (this.draft?.message === null && test.startsWith(`${this.draft.test}/`)) this.draft = null
    const draft = this.begin(test, line)
    const said = this.#said.get(test)
    if (said === undefined) return
    draft.say(said.line, said.text)
    draft.keep(said.line)
    draft.locate(placeOf(said.file, said.at))
    this.#said.delete(test)
  }

  /** Whether the line is a message of the running test. It is kept until the test ends. */
  #note(line: NumberedLine): boolean {
    const [, file, at, text] = message.exec(line.text) ?? []
    if (this.#running === null || file === undefined || at === undefined || text === undefined) return false
    const known = this.#said.get(this.#running)
    if (known !== undefined && saysWhy.test(known.text)) return true
    this.#said.delete(this.#running)
    this.#said.set(this.#running, { line, file, at, text })
    const [oldest] = this.#said.keys()
    if (this.#said.size > 500 && oldest !== undefined) this.#said.delete(oldest)
    return true
  }

  #report(line: NumberedLine, draft: Draft): void {
    const { text } = line
    const [, file, at, said] = message.exec(text) ?? []
    const [, source, number] = frame.exec(text) ?? []
    const [, label, value] = /^\s+(Error|expected|actual)[ \t]*:[ \t]*(\S.*)$/.exec(text) ?? []
    if (text.startsWith('goroutine ')) draft.endQuote()
    else if (text.startsWith('panic: ') && draft.message === null) draft.say(line, text.replace(/ \[recovered\]$/, ''))
    else if (file !== undefined && at !== undefined) {
      if (draft.message !== null && !saysWhy.test(draft.message) && saysWhy.test(said ?? '')) draft.unsay()
      draft.locate(placeOf(file, at))
      draft.say(line, said ?? '')
    } else if (source !== undefined) draft.locate(placeOf(source, number))
    // Testify.
    else if (label === 'Error') draft.say(line, value ?? '')
    else if (label === 'expected') draft.expected ??= value ?? null
    else if (label === 'actual') draft.received ??= value ?? null
  }

  #compile(line: NumberedLine): void {
    const [, file, number, text] = compiled.exec(line.text) ?? []
    if (file === undefined || text === undefined || this.#compiled.length === 20) return
    const draft = this.begin(null, line)
    draft.locate(placeOf(file, number))
    draft.say(line, text)
    draft.keep(line)
    this.#compiled.push(draft)
    this.draft = null
  }

  #endPackage(isBuildFailure: boolean): void {
    this.close()
    for (const draft of this.#compiled) this.add(draft, isBuildFailure ? 'test' : 'compiler')
    this.#compiled = []
    this.#said.clear()
    this.#running = null
  }
}
