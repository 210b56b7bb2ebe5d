import { countWords, FailureFinder, failureWords, stripEscapes } from '@harmont/logs'

/** So many failures of a step are named. */
const mostNamed = 10

/** Sums up what failed in logs that are printed whole, for the end of a long output. */
export class FailureSummary {
  readonly #steps = new Map<string, { readonly finder: FailureFinder; lines: number }>()

  /** Takes the next line that a step wrote. */
  take(step: string, line: string): void {
    const known = this.#steps.get(step) ?? { finder: new FailureFinder(), lines: 0 }
    this.#steps.set(step, known)
    known.finder.push(stripEscapes(line), ++known.lines)
  }

  /** What failed in each step, one line a failure; nothing for steps whose logs report none. */
  finish(): readonly string[] {
    return [...this.#steps].flatMap(([step, { finder }]) => {
      const found = finder.finish()
      const named = found.failures.slice(0, mostNamed)
      const more = found.tests + found.errors - named.length
      if (named.length === 0) return []
      const rest = more === 0 ? [] : [`  and ${more} more`]
      return [`${step}: ${countWords(found)}`, ...named.map((failure) => `  ${failureWords(failure)}`), ...rest]
    })
  }
}
