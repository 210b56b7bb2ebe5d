import { type Found, MAX_FAILURES, type QuotedFailure } from './failure.ts'

/**
 * Reports of test runners outrank those of compilers and linters, because tests print such lines
 * too. Both outrank uncaught errors of programs, which tools print beside their reports.
 */
export type Rank = 'test' | 'compiler' | 'script'

/** The reader that found a failure. */
interface Source {
  /** Whether the tool reports failures twice: as they happen and at its end. */
  readonly sumsUp: boolean
}

interface Entry {
  readonly failure: QuotedFailure
  readonly from: Source
  readonly heading: number
}

interface Ranked {
  readonly entries: Entry[]
  tests: number
  errors: number
}

/** The failures found in a log: the first of each rank, and their number. */
export class FailureList {
  readonly #ranks: Readonly<Record<Rank, Ranked>> = {
    test: { entries: [], tests: 0, errors: 0 },
    compiler: { entries: [], tests: 0, errors: 0 },
    script: { entries: [], tests: 0, errors: 0 },
  }

  /** Adds a failure. A newer report of the same test replaces the older one. */
  add(failure: QuotedFailure, rank: Rank, from: Source, heading: number): void {
    const ranked = this.#ranks[rank]
    const known = ranked.entries.findIndex((entry) => entry.from === from && isSame(entry.failure, failure, from))
    if (known !== -1 && failure.test === null) return
    if (known !== -1) ranked.entries.splice(known, 1)
    else if (failure.test === null) ranked.errors++
    else ranked.tests++
    if (ranked.entries.length < MAX_FAILURES) ranked.entries.push({ failure, from, heading })
  }

  /** Removes a reader's failures from this line on. */
  retract(reader: Source, heading: number): void {
    for (const ranked of Object.values(this.#ranks)) {
      const gone = ranked.entries.filter(({ from, heading: at }) => from === reader && at >= heading)
      for (const { failure } of gone) {
        ranked.entries.splice(
          ranked.entries.findIndex((entry) => entry.failure === failure),
          1,
        )
        if (failure.test === null) ranked.errors--
        else ranked.tests--
      }
    }
  }

  get found(): Found<QuotedFailure> {
    const { test, compiler, script } = this.#ranks
    const { entries, tests, errors } = [test, compiler].find((ranked) => ranked.entries.length > 0) ?? script
    const failures = entries.map(({ failure }) => failure).sort((a, b) => a.logLine - b.logLine)
    return { failures, tests, errors }
  }
}

/**
 * Whether both report the same failure: the same error at the same place, or the same test of a
 * tool with a final summary.
 */
function isSame(a: QuotedFailure, b: QuotedFailure, { sumsUp }: Source): boolean {
  if (a.test !== b.test || a.file !== b.file) return false
  return a.test === null ? a.message === b.message && a.line === b.line : sumsUp
}
