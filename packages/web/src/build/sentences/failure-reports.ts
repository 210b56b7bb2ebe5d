import { verdictWords } from '@harmont/logs/test-names'
import type { Schema } from '../../api/schemas.ts'
import { counted } from '../../text/count.ts'
import type { JobView } from '../data/job-state.ts'
import { afterDuration } from './failure-reason.ts'
import type { Sentence } from './sentence.ts'

type Report = NonNullable<NonNullable<Schema<'JobView'>['failure']>['reports']>[number]

/** A headline has at most two lines. */
const longestName = 80
const longestMessage = 140

/** Returns the reports of test runners, compilers and linters in the log, earliest first. */
export function reportsOf({ failure }: JobView): readonly Report[] {
  return failure?.kind === 'exit' ? (failure.reports ?? []) : []
}

/**
 * Returns `: 2 tests failed after 2 m 14 s: ` or ` failed after 2 m 14 s with 2 errors: ` and the
 * first report; null without reports.
 */
export function reportedSentence(job: JobView, now: number): Sentence | null {
  const [first] = reportsOf(job)
  if (first === undefined) return null
  return [`${countFailures(job, afterDuration(job, now))}: `, ...reportSentence(first, job), '.']
}

/** Whether a failed test of the job has a verdict, or forks are about to reach one. */
export function isProved(job: JobView): boolean {
  return reportsOf(job).some((report) => verdictWords(report) !== null)
}

/** Counts failed tests and other errors. */
function countFailures({ failure }: JobView, after: string): string {
  const tests = failure?.failed_tests ?? 0
  const errors = failure?.other_errors ?? 0
  if (tests === 0) return ` failed${after}${errors > 1 ? ` with ${counted(errors, 'error')}` : ''}`
  return `: ${counted(tests, 'test')} failed${errors === 0 ? '' : `, ${counted(errors, 'error')}`}${after}`
}

/**
 * Returns one report, such as `invoice › rounds half up — expected 2, got 1 · invoice.test.ts:7`;
 * its last part links to the line in the log.
 */
export function reportSentence(report: Report, job: JobView): Sentence {
  const { test, message } = report
  const proved = verdictWords(report)
  return [
    ...(test === null ? [] : [{ kind: 'name', text: shortened(test, longestName) } as const, ' — ']),
    { kind: 'name', text: shortened(message, longestMessage) },
    ...placeOf(report, job),
    ...(report.new === true ? [' · new here'] : []),
    ...(proved === null ? [] : [` · ${proved}`]),
  ]
}

/** A failure found only in a test report has no line in the log. */
function placeOf({ file, line, log_line: logLine }: Report, job: JobView): Sentence {
  const name = file?.split(/[\\/]/).at(-1)
  const text = name === undefined ? undefined : line === null ? name : `${name}:${line}`
  if (logLine !== null) return [' · ', { kind: 'line', line: logLine, job, ...(text !== undefined && { text }) }]
  return text === undefined ? [] : [' · ', { kind: 'name', text }]
}

function shortened(text: string, most: number): string {
  const characters = [...text]
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text
}
