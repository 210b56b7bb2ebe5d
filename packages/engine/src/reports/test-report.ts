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
