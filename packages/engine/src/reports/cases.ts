import type { TestCase } from './test-report.ts'
import { nameText } from './text.ts'

const mostCases = 100_000
/** Maximum number of characters of all names and messages. */
const mostText = 16 * 1024 * 1024

/** The reports of a step exceed the limits. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch'
}

/** Enforces the limits that all reports of a step share. */
export class CaseCounts {
  cases = 0
  text = 0
  /** Number of tests with the same suite and name. */
  readonly names = new Map<string, number>()
}

/** Collects the cases of a report. */
export class Cases {
  readonly list: TestCase[] = []
  readonly #all: CaseCounts

  constructor(all: CaseCounts) {
    this.#all = all
  }

  /**
   * Adds a case. A second case with the same suite and name, for example of another browser, gets a
   * number. Throws `TooMuch` beyond the limits of a step.
   */
  add(given: TestCase): void {
    const suite = nameText(given.suite)
    const name = nameText(given.name) || '(no name)'
    if (this.#all.cases === mostCases) throw new TooMuch(`a step has at most ${mostCases} tests`)
    this.#all.text += suite.length + name.length + (given.file?.length ?? 0) + (given.message?.length ?? 0)
    if (this.#all.text > mostText) throw new TooMuch('the names and messages of a step have at most 16 MiB')
    this.#all.cases += 1
    this.list.push({ ...given, suite, name: this.#unused(suite, name) })
  }

  #unused(suite: string, name: string): string {
    const { names } = this.#all
    const keyOf = (text: string) => `${suite}\0${text}`
    let count = names.get(keyOf(name)) ?? 0
    let own = name
    do own = ++count === 1 ? name : `${name} [${count}]`
    while (own !== name && names.has(keyOf(own)))
    names.set(keyOf(name), count)
    if (own !== name) names.set(keyOf(own), 1)
    return own
  }
}
