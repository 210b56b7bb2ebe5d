/** The results of one report of tests, as its file names them. */
export interface TestReport {
  /** Path of the file, relative to the workspace. */
  readonly path: string
  /** Told by the file's content; null for a file that is no report. */
  readonly format: 'junit' | 'go' | 'tap' | null
  readonly cases: readonly TestCase[]
  /** Number of places that could not be read. */
  readonly faults: number
  /** Why results are missing; absent for a report that was read to its end. */
  readonly problem?: string
}

/**
 * The result of one test. Suite and name identify it within a step. The file does not: some tools
 * name the file of a failed test only.
 */
export interface TestCase {
  /** Suites around it, outermost first, joined by ` > `; '' for none. */
  readonly suite: string
  readonly name: string
  /** A source file of the repository, relative to its root. */
  readonly file?: string
  /** Where it failed; for another test, where it begins. From 1. */
  readonly line?: number
  /** `errored`: it could not run, or what surrounds it failed. */
  readonly state: 'passed' | 'failed' | 'skipped' | 'errored'
  readonly durationMs?: number
  /** The beginning of what the tool says about a failure or a skip; may have several lines. */
  readonly message?: string
}

/** Returns whether a test failed, or could not run. */
export function isRed({ state }: Pick<TestCase, 'state'>): boolean {
  return state === 'failed' || state === 'errored'
}

const states: readonly unknown[] = ['passed', 'failed', 'skipped', 'errored'] satisfies readonly TestCase['state'][]

/** Returns whether a snapshot's description, which another release may have written, has one here. */
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
