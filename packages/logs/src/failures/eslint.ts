import type { NumberedLine } from './failure.ts'
import { Reader } from './reader.ts'

const problem = /^ +(\d{1,9}):\d+ +error +(\S.*)$/

/** Reads ESLint's stylish format: problems below the name of their file. */
export class EslintReader extends Reader {
  #file: string | null = null
  #heading: NumberedLine | null = null

  protected step(line: NumberedLine): void {
    const { text } = line
    const [, at, said] = problem.exec(text) ?? []
    if (/^\S/.test(text) || text.trim() === '') {
      this.close('compiler')
      this.#file = /^(?:\/|[A-Z]:\\)/.test(text) ? text.trim() : null
      this.#heading = this.#file === null ? null : line
    } else if (this.#file !== null && said !== undefined) {
      this.close('compiler')
      const draft = this.begin(null, line)
      // The quote of a file's first problem names the file.
      if (this.#heading !== null) draft.keep(this.#heading)
      this.#heading = null
      draft.place = { file: this.#file, line: Number(at) }
      draft.say(line, withRule(said.trimEnd()))
    } else this.draft?.endQuote()
  }

  override end(): void {
    this.close('compiler')
  }

  override get isOpen(): boolean {
    return this.#file !== null
  }
}

/** The message and, where the line names it, the rule: `Missing semicolon  semi`. */
function withRule(text: string): string {
  const at = text.lastIndexOf('  ')
  const rule = text.slice(at + 2)
  return at === -1 || rule.includes(' ') ? text : `${text.slice(0, at).trimEnd()} (${rule})`
}
