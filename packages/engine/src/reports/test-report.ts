/** The results of one test report, with the names from its file. */
export interface TestReport {
  /** Path of the file, relative to the workspace. */
  readonly path: string
  /** Detected from the content; null for an unknown format. */
  readonly format: 'junit' | 'go' | 'tap' | null
  readonly cases: readonly TestCase[]
  /** Number of unreadable places. */
  readonly faults: number
  /** Reason why results are missing; absent for a completely read report. */
  readonly problem?: string
}

/**
 * The result of one test. Suite and name identify it within a step. The file does not identify it,
 * because some tools name only the files of failed tests.
 */
export interface TestCase {
  /** The enclosing suites, outermost first, joined by ` > `; '' for none. */
  readonly suite: string
  readonly name: string
  /** A source file of the repository, relative to its root. */
  readonly file?: string
  /** Line of the failure or, for other tests, of the test's beginning. From 1. */
  readonly line?: number
  /** `errored` means that the test could not run, or that its setup or teardown failed. */
  readonly state: 'passed' | 'failed' | 'skipped' | 'errored'
  readonly durationMs?: number
  /** Beginning of the tool's text about a failure or a skip; may have several lines. */
  readonly message?: string
}

/** Returns whether a test failed or could not run. */
export function isRed({ state }: Pick<TestCase, 'state'>): boolean {
  return state === 'failed' || state === 'errored'
}

const states: readonly unknown[] = ['passed', 'failed', 'skipped', 'errored'] satisfies readonly TestCase['state'][]

/**
 * Returns whether a value from a snapshot's description, possibly of another release, is a test
 * report.
 */
export function isTestReport(value: unknown): value is TestReport {
  if (typeof value !== 'object' || value === null) return false
  const { path, format, cases, faults, problem } = value as Partial<TestReport>
  return (
    typeof path === 'string' &&
    (format === null || typeof format === 'string') &&
    typeof faults === 'number' &&
    isOptional(problem, 'string') &&
    Array.isArray(cases) &&
    cases.every(isTestCase)
  )
}

function isTestCase(value: unknown): value is TestCase {
  if (typeof value !== 'object' || value === null) return false
  const { suite, name, file, line, state, durationMs, message } = value as Partial<TestCase>
  return (
    typeof suite === 'string' &&
    typeof name === 'string' &&
    states.includes(state) &&
    isOptional(file, 'string') &&
    isOptional(line, 'number') &&
    isOptional(durationMs, 'number') &&
    isOptional(message, 'string')
  )
}

function isOptional(value: unknown, type: 'string' | 'number'): boolean {
  return value === undefined || typeof value === type
}
