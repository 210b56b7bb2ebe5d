import { countWords, type Found, type QuotedFailure } from '@harmont/logs'
import type { FailedTest } from '../../events/run-event.ts'
import { lastLines } from '../fold.ts'
import type { Step, Tests } from '../run-model.ts'

/** Maximum number of lines, about as many as for a log without reports. */
const mostLines = 50

/**
 * Returns the lines of a failed step that describe the failure: its test report, or the output of
 * its test runner, compiler or linter, or its last lines.
 */
export function failureExcerpt(step: Pick<Step, 'found' | 'tests' | 'tail'>): readonly string[] {
  const tests = failedTestLines(step)
  if (tests !== null) return tests
  const quotes = quotedLines(step.found)
  if (step.found === null || quotes === null) return lastLines(step)
  return [countWords(step.found), '', ...quotes]
}

/** Maximum number of lines of a message, enough for a difference of small values. */
const mostOfMessage = 12

/**
 * Returns the failed tests of a step's report with their places and messages; null without a
 * report.
 */
export function failedTestLines({ tests }: Pick<Step, 'tests'>): readonly string[] | null {
  if (tests === null || tests.failed === 0) return null
  const { failed, failures } = tests
  const lines: string[] = []
  let shown = 0
  for (const { message, ...test } of failures) {
    const said = message?.split('\n').slice(0, mostOfMessage) ?? []
    if (shown > 0 && lines.length + said.length >= mostLines) break
    lines.push('', testWithPlace(test, '  '), ...said.map((text) => (text.trim() === '' ? '' : `  ${text}`)))
    shown++
  }
  const more = failed - shown
  return [countWords({ tests: failed, errors: 0 }), ...lines, ...(more === 0 ? [] : ['', `and ${more} more`])]
}

/** Returns a test's name with file and line. */
export function testWithPlace({ name, file, line }: Omit<FailedTest, 'message'>, between: string): string {
  return file === null ? name : `${name}${between}${file}${line === null ? '' : `:${line}`}`
}

/** Returns the counts as text: `2 failed, 11 passed`. */
export function testCounts({ passed, failed, skipped }: Pick<Tests, 'passed' | 'failed' | 'skipped'>): string {
  const counts = { failed, passed, skipped }
  return Object.entries(counts)
    .flatMap(([state, count]) => (count === 0 ? [] : [`${count} ${state}`]))
    .join(', ')
}

/** Returns the first failures as the log reports them; null if it reports none. */
export function quotedLines(found: Found<QuotedFailure> | null): readonly string[] | null {
  if (found === null || found.failures.length === 0) return null
  const lines: string[] = []
  let shown = 0
  for (const { quote } of found.failures) {
    if (shown > 0 && lines.length + quote.length > mostLines) break
    if (shown > 0 && quote.length > 1) lines.push('')
    lines.push(...quote)
    shown++
  }
  const more = found.tests + found.errors - shown
  return more === 0 ? lines : [...lines, '', `and ${more} more in the log`]
}
