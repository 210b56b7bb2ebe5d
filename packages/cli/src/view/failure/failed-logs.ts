import { countWords, FailureFinder, type Found, failureWords, type ReportedFailure } from '@harmont/logs'
import type { Context } from '../../context.ts'
import { appendLines } from '../../events/append-lines.ts'
import type { Tests } from '../run-model.ts'
import { failedTestLines, quotedLines } from './failure-excerpt.ts'

/** At most this many failures of a step are listed. */
const mostNamed = 10
/** A log of at most this number of lines is shown whole. */
const mostWhole = 50

/**
 * Says whether `hm logs` shows the reports of failed logs instead of the lines, which these flags
 * choose.
 */
export function showsExcerpts({ failed, tail, since, timestamps, follow }: Context<'logs'>['flags']): boolean {
  return failed && tail === undefined && since === undefined && !timestamps && !follow
}

/** The log of one step as `hm logs --failed` shows it. */
export interface FailedLog {
  readonly step: string
  /**
   * The whole log where it is short, else the failed tests of its report, else what its tests or
   * compiler printed, else its last lines.
   */
  readonly excerpt: readonly string[]
  /** Number of lines of the log; null where `excerpt` is all of it. */
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

  /** Begins the log of a failed step, which may have no line. */
  begin(step: string): Taken {
    const made = { finder: new FailureFinder(), last: [], lines: 0, tests: null }
    const log = this.#logs.get(step) ?? made
    this.#logs.set(step, log)
    return log
  }

  /** Takes the tests that a step reported. Failed ones tell of its failure in place of its log. */
  report(step: string, tests: Tests): void {
    this.begin(step).tests = tests
  }

  /**
   * Takes the next line of a step's log. A remark of Harmont's own reports no failure of a test.
   */
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

/** Returns the failed tests of a report as the failures of a log are given. */
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
