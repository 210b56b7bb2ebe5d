import { stripEscapes } from '../escapes.ts'
import { CargoReader } from './cargo.ts'
import { CompilerReader } from './compilers.ts'
import { hasSuspiciousPair } from './error-line.ts'
import { EslintReader } from './eslint.ts'
import type { Found, QuotedFailure } from './failure.ts'
import { FailureList } from './failure-list.ts'
import { GoReader } from './go.ts'
import { JestReader } from './jest.ts'
import { MochaReader } from './mocha.ts'
import { NodeTestReader } from './node-test.ts'
import { PytestReader } from './pytest.ts'
import type { Reader } from './reader.ts'
import { ScriptReader } from './script.ts'
import { TapReader } from './tap.ts'
import { UnittestReader } from './unittest.ts'
import { VitestReader } from './vitest.ts'

const readers = [
  VitestReader,
  JestReader,
  MochaReader,
  NodeTestReader,
  TapReader,
  PytestReader,
  UnittestReader,
  GoReader,
  CargoReader,
  CompilerReader,
  EslintReader,
  ScriptReader,
]
const lookedAt = 2_000
/**
 * First bytes of report lines: `=` for rulers of Python's runners and tests of `go test -v`, `/`
 * for files of ESLint, `s` for `stdout` and `stderr` of tests in Vitest.
 */
const firstBytes: ReadonlySet<number> = new Set([0x3d, 0x2f, 0x73])

function isPlainLine(text: string): boolean {
  const first = text.charCodeAt(0)
  return !(mayBeginReport(first) || first === 0x2d || hasSuspiciousPair(text))
}

/** Whether a line with this first byte may begin a report without looking like an error. */
export function mayBeginReport(byte: number): boolean {
  return firstBytes.has(byte)
}

/**
 * Finds the failures that test runners, compilers and linters report; without any, the uncaught
 * error that ended a program. Lines that merely look like errors do not count: passing tests print
 * them too. Time is linear in the length of the log, and memory is constant.
 */
export class FailureFinder {
  readonly #list = new FailureList()
  readonly #readers: readonly Reader[] = readers.map((Tool) => new Tool(this.#list))
  #isOpen = false
  #lines = 0
  #isOver = false

  /** Whether the next line must be pushed, whatever its content. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Takes the next line as written, beginning with the first. */
  next(line: string): void {
    this.push(stripEscapes(line.slice(0, 2 * lookedAt)), ++this.#lines)
  }

  /**
   * Takes a line without escape sequences. A plain line, which has no suspicious pair and no first
   * byte of `mayBeginReport`, matters only to readers inside a report. It may be skipped outside
   * reports.
   */
  push(whole: string, number: number, isPlain?: boolean): void {
    const text = (whole.endsWith('\r') ? whole.slice(0, -1) : whole).slice(0, lookedAt)
    const isOnlyInside = isPlain ?? isPlainLine(text)
    if (isOnlyInside && !this.#isOpen) return
    const line = { text, number }
    for (const reader of this.#readers) if (!isOnlyInside || reader.isOpen) reader.read(line)
    this.#isOpen = this.#readers.some(({ isOpen }) => isOpen)
  }

  /** Returns the failures, once the log is complete. */
  finish(): Found<QuotedFailure> {
    if (!this.#isOver) for (const reader of this.#readers) reader.end()
    this.#isOver = true
    return this.#list.found
  }
}
