import type { NumberedLine } from './failure.ts'
import { placeOf } from './place.ts'
import { Reader } from './reader.ts'

const typescript = /^(\S.*?)\((\d{1,9}),\d+\): error (TS\d+): (.*)$/
const typescriptPretty = /^(\S.*?):(\d{1,9}):\d+ - error (TS\d+): (.*)$/
const gcc = /^([^\s:][^:]*):(\d{1,9}):(?:\d+:)? (?:fatal )?error: (\S.*)$/
const rust = /^error(?:\[(E\d+)\])?: (\S.*)$/
const rustPlace = /^ *--> (.+):(\d{1,9}):\d+$/

/**
 * Reads compilers that print file, line and error in one line (TypeScript, GCC, Clang), and Rust,
 * which prints the place below the error.
 */
export class CompilerReader extends Reader {
  /** A Rust error without a place sums up other errors. */
  #isRust = false

  protected step(line: NumberedLine): void {
    const { text } = line
    if (this.#isRust) this.#place(line)
    if (text.trim() === '' || (!this.#isRust && /^\S/.test(text))) this.close()
    if (!text.includes('error')) return
    const [, file, at, code, message] = typescript.exec(text) ?? typescriptPretty.exec(text) ?? []
    const [, source, number, error] = gcc.exec(text) ?? []
    const [, rustCode, rustError] = rust.exec(text) ?? []
    if (message !== undefined) this.#error(line, file, at, `${message} (${code})`)
    else if (error !== undefined) this.#error(line, source, number, error)
    else if (rustError !== undefined) {
      this.close()
      this.begin(null, line).say(line, rustCode === undefined ? rustError : `${rustError} (${rustCode})`)
      this.#isRust = true
    }
  }

  protected override close(): void {
    if (this.#isRust && this.draft?.place === null) this.draft = null
    this.#isRust = false
    super.close('compiler')
  }

  #error(line: NumberedLine, file: string | undefined, at: string | undefined, message: string): void {
    const draft = this.begin(null, line)
    draft.say(line, message)
    if (file !== undefined) draft.place = placeOf(file, at)
  }

  #place({ text }: NumberedLine): void {
    const [, file, number] = rustPlace.exec(text) ?? []
    if (file !== undefined && this.draft !== null) this.draft.place ??= placeOf(file, number)
  }
}
