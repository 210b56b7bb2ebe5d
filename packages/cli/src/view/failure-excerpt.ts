import { countWords, type Found, type QuotedFailure } from '@harmont/logs'
import { lastLines } from './fold.ts'
import type { Step, Tests } from './run-model.ts'

/** About as many lines as are shown of a log without reports. */
const mostLines = 50

/**
 * Returns the lines of a failed step that describe the failure: its report of tests, else what its
 * test runner, compiler or linter printed, else its last lines.
 */
export function failureExcerpt(step: Pick<Step, 'found' | 'tests' | 'tail'>): readonly string[] {
  if (step.tests !== null && step.tests.failed > 0) return testLines(step.tests)
  const quotes = quotedLines(step.found)
  if (step.found === null || quotes === null) return lastLines(step)
  return [countWords(step.found), '', ...quotes]
}

/** A message has as many lines as a difference of small values. */
const mostOfMessage = 12

/** Returns the names and places of failed tests, and what their tool says. */
function testLines({ failed, failures }: Tests): readonly string[] {
  const lines: string[] = []
  let shown = 0
  for (const { name, file, line, message } of failures) {
    const place = file === null ? '' : `  ${file}${line === null ? '' : `:${line}`}`
    const said = (message ?? '').split('\n').slice(0, mostOfMessage)
    if (shown > 0 && lines.length + said.length >= mostLines) break
    lines.push('', `${name}${place}`, ...said.map((text) => (text.trim() === '' ? '' : `  ${text}`)))
    shown++
  }
  const more = failed - shown
  return [countWords({ tests: failed, errors: 0 }), ...lines, ...(more === 0 ? [] : ['', `and ${more} more`])]
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
