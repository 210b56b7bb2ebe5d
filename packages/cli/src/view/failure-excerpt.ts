import { countWords, type Found, type QuotedFailure } from '@harmont/logs'
import { lastLines } from './fold.ts'
import type { Step } from './run-model.ts'

/** About as many lines as are shown of a log without reports. */
const mostLines = 50

/**
 * Returns the lines of a failed step that describe the failure: the reports of its test runner,
 * compiler or linter, else its last lines.
 */
export function failureExcerpt(step: Pick<Step, 'found' | 'tail'>): readonly string[] {
  const quotes = quotedLines(step.found)
  if (step.found === null || quotes === null) return lastLines(step)
  return [countWords(step.found), '', ...quotes]
}

/** Returns the reports of the first failures, as the log has them; null where it has none. */
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
