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
]
const lookedAt = 2_000
/** `=`: rulers of Python's runners and tests of `go test -v`; `/`: files of ESLint; `s`: what tests write, as Vitest shows it. */
const firstBytes: ReadonlySet<number> = new Set([0x3d, 0x2f, 0x73])

function isPlainLine(text: string): boolean {
  const first = text.charCodeAt(0)
  return !(mayBeginReport(first) || first === 0x2d || hasSuspiciousPair(text))
}

/** Whether a line that begins with this byte may begin a report though it looks like no error. */
export function mayBeginReport(byte: number): boolean {
  return firstBytes.has(byte)
}

/**
 * Finds what failed in a log, as test runners, compilers and linters report it; not each line that looks like an error, which passing tests print too.
 * Takes lines one by one, in time linear in their length and in constant memory. A log may hold anything.
 */
export class FailureFinder {
  readonly #list = new FailureList()
  readonly #readers: readonly Reader[] = readers.map((Tool) => new Tool(this.#list))
  #isOpen = false
  #lines = 0
  #isOver = false

  /** Whether the next line is to be pushed, whatever it looks like. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Takes the next line as it was written, from the first one on. */
  next(line: string): void {
    this.push(stripEscapes(line.slice(0, 2 * lookedAt)), ++this.#lines)
  }

  /**
   * Takes a line without escape sequences. A plain one, which has no suspicious pair and does not begin as `mayBeginReport` says, matters only to readers
   * that are in a report: it may be left out while none is.
   */
  push(whole: string, number: number, isPlain?: boolean): void {
    const text = (whole.endsWith('\r') ? whole.slice(0, -1) : whole).slice(0, lookedAt)
    const isOnlyInside = isPlain ?? isPlainLine(text)
    if (isOnlyInside && !this.#isOpen) return
    const line = { text, number }
    for (const reader of this.#readers) if (!isOnlyInside || reader.isOpen) reader.read(line)
    this.#isOpen = this.#readers.some(({ isOpen }) => isOpen)
  }

  /** What was found, once the log is over. */
  finish(): Found<QuotedFailure> {
    if (!this.#isOver) for (const reader of this.#readers) reader.end()
    this.#isOver = true
    return this.#list.found
  }
}
