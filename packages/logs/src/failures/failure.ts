/**
 * A failed test or an error of a compiler or linter, as its tool reported it in a test report or in
 * the log.
 */
export interface ReportedFailure {
  /** Name of the test with its suites; null for an error outside tests. */
  readonly test: string | null
  /** One line, without escape sequences. */
  readonly message: string
  /** Path as the log prints it. */
  readonly file: string | null
  readonly line: number | null
  /** Another fact about the failure: `flaky: 3 of 10 forks passed`. */
  readonly note?: string | null
}

/** A failure that the log reports. */
export interface Failure extends ReportedFailure {
  /** Number of the log line with the message, from 1. */
  readonly logLine: number
}

/** A failure with the lines of the log around its message. */
export interface QuotedFailure extends Failure {
  readonly quote: readonly string[]
}

/** The failures of a log. */
export interface Found<T extends ReportedFailure = Failure> {
  /** At most `MAX_FAILURES` failures in the order of the log. */
  readonly failures: readonly T[]
  /** Numbers of failed tests and of other errors, including those beyond the limit. */
  readonly tests: number
  readonly errors: number
}

export const MAX_FAILURES = 100

/** A line without escape sequences, and its number from 1. */
export interface NumberedLine {
  readonly text: string
  readonly number: number
}

export const nothingFound: Found = { failures: [], tests: 0, errors: 0 }

/** Returns the counts as text: `2 tests failed, 1 error`. */
export function countWords({ tests, errors }: Pick<Found, 'tests' | 'errors'>): string {
  const parts = [
    ...(tests === 0 ? [] : [`${tests} ${tests === 1 ? 'test' : 'tests'} failed`]),
    ...(errors === 0 ? [] : [`${errors} ${errors === 1 ? 'error' : 'errors'}`]),
  ]
  return parts.join(', ')
}

/**
 * Returns a failure in one line:
 * `invoice › rounds half up — expected 2, got 1 · invoice.test.ts:7`.
 */
export function failureWords({ test, message, file, line, note = null }: ReportedFailure): string {
  const name = file?.split(/[\\/]/).at(-1)
  const place = name === undefined ? '' : ` · ${name}${line === null ? '' : `:${line}`}`
  return `${test === null ? '' : `${test} — `}${message}${place}${note === null ? '' : ` · ${note}`}`
}
