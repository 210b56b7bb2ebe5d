import { countWords, FailureFinder, type Found, failureWords, type ReportedFailure } from '@harmont/logs'
import type { Context } from '../../context.ts'
import { appendLines } from '../../events/append-lines.ts'
import type { Tests } from '../run-model.ts'
import { failedTestLines, quotedLines } from './failure-excerpt.ts'

/** Maximum number of failures listed for a step. */
const mostNamed = 10
/** Maximum number of lines of a log that is shown completely. */
const mostWhole = 50

/**
 * Whether `hm logs` shows the reports of failed logs instead of the lines selected by these flags.
 */
export function showsExcerpts({ failed, tail, since, timestamps, follow }: Context<'logs'>['flags']): boolean {
  return failed && tail === undefined && since === undefined && !timestamps && !follow
}

/** The log of one step in the form of `hm logs --failed`. */
export interface FailedLog {
  readonly step: string
  /**
   * The whole log if it is short. Otherwise the failed tests of its report, the output of its tests
   * or compiler, or its last lines, whichever exists first.
   */
  readonly excerpt: readonly string[]
  /** Number of lines of the log; null if `excerpt` is the whole log. */
  readonly lines: number | null
  /** One line per failure; empty for a log that reports none. */
  readonly summary: readonly string[]
}

interface Taken {
  readonly finder: FailureFinder
  readonly last: string[]
  lines: number
  tests: Tests | null
}

/** Reads the logs of failed steps in constant memory. */
export class FailedLogs {
  readonly #logs = new Map<string, Taken>()

  /** Begins the log of a failed step, which may be empty. */
  begin(step: string): Taken {
    const made = { finder: new FailureFinder(), last: [], lines: 0, tests: null }
    const log = this.#logs.get(step) ?? made
    this.#logs.set(step, log)
    return log
  }

  /** Adds the tests that a step reported. Failed tests replace its log as the explanation. */
  report(step: string, tests: Tests): void {
    this.begin(step).tests = tests
  }

  /** Adds the next line of a step's log. Harmont's own remarks do not report test failures. */
  take(step: string, line: string, isRemark = false): void {
    const log = this.begin(step)
    if (!isRemark) log.finder.next(line)
    log.lines += 1
    appendLines(log.last, [line], mostWhole)
  }

  /** Returns the excerpt of each log, in the order of their first lines. */
  finish(): readonly FailedLog[] {
    return [...this.#logs].map(([step, { finder, last, lines, tests }]) => {
      const quoted = finder.finish()
      const found = tests === null || tests.failed === 0 ? quoted : asFound(tests)
      const isWhole = lines <= mostWhole
      const excerpt = (isWhole ? null : (failedTestLines({ tests }) ?? quotedLines(quoted))) ?? last.slice(-mostWhole)
      const silent = lines === 0 ? [`${step}: printed nothing`] : []
      return { step, excerpt, lines: isWhole ? null : lines, summary: [...silent, ...summaryOf(step, found)] }
    })
  }
}

/** Converts the failed tests of a report to the form of failures found in a log. */
function asFound({ failed, failures }: Tests): Found<ReportedFailure> {
  const reported = failures.map(({ name, file, line, message }) => {
    const [first = ''] = message?.trim().split('\n') ?? []
    return { test: name, file, line, message: first.trim() || 'failed' }
  })
  return { failures: reported, tests: failed, errors: 0 }
}

function summaryOf(step: string, found: Found<ReportedFailure>): readonly string[] {
  const named = found.failures.slice(0, mostNamed)
  if (named.length === 0) return []
  const more = found.tests + found.errors - named.length
  const rest = more === 0 ? [] : [`  and ${more} more`]
  return [`${step}: ${countWords(found)}`, ...named.map((failure) => `  ${failureWords(failure)}`), ...rest]
}
