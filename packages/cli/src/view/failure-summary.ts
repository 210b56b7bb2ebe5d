import { countWords, FailureFinder, failureWords } from '@harmont/logs'

/** So many failures of a step are named. */
const mostNamed = 10

/** Sums up what failed in logs that are printed whole, for the end of a long output. */
export class FailureSummary {
  readonly #finders = new Map<string, FailureFinder>()

  /** Takes the next line that a step wrote. */
  take(step: string, line: string): void {
    const finder = this.#finders.get(step) ?? new FailureFinder()
    this.#finders.set(step, finder)
    finder.next(line)
  }

  /** What failed in each step, one line a failure; nothing for steps whose logs report none. */
  finish(): readonly string[] {
    return [...this.#finders].flatMap(([step, finder]) => {
      const found = finder.finish()
      const named = found.failures.slice(0, mostNamed)
      const more = found.tests + found.errors - named.length
      if (named.length === 0) return []
      const rest = more === 0 ? [] : [`  and ${more} more`]
      return [`${step}: ${countWords(found)}`, ...named.map((failure) => `  ${failureWords(failure)}`), ...rest]
    })
  }
}
