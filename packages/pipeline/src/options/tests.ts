import type { IrArtifact, IrTests } from '@harmont/ir'
import { type Duration, seconds } from '../duration.ts'
import { booleanOf, optionsOf, textOf, wholeNumberOf } from '../wrong-use.ts'
import { relativePathOf } from './relative-path.ts'

/** The command's test report, and the treatment of its failed tests. */
export interface TestOptions {
  /**
   * A path or glob, relative to the workspace, of JUnit XML, the output of `go test -json`, or TAP.
   * The report is read and kept however the command ends.
   */
  readonly report: string
  /**
   * The maximum number of times that the server repeats the command of a failed step to find its
   * flaky tests; 10 by default, 0 for never. Each run starts in a fork of the step's initial file
   * system.
   */
  readonly forks?: number
  /** The time limit of all these runs together; `"5m"` by default, an hour at most. */
  readonly budget?: Duration
  /**
   * A command that runs the one test that `$HARMONT_TEST_FILE` and `$HARMONT_TEST_NAME` name, and
   * writes the same report.
   */
  readonly rerun?: string
  /**
   * Whether the step fails softly if all its failed tests are in quarantine. It also puts tests in
   * quarantine that are proved flaky on the default branch. False by default.
   */
  readonly quarantine?: boolean
}

const MAX_FORKS = 100
const MAX_BUDGET = 3600
const MAX_RERUN = 65_536

/** Reads the option `tests` into the artifact of its report, and the settings for its tests. */
export function testsOf(where: string, value: unknown): { readonly artifact: IrArtifact; readonly tests: IrTests } {
  const options: Readonly<Record<string, unknown>> =
    typeof value === 'string' ? {} : optionsOf(where, value, ['report', 'forks', 'budget', 'rerun', 'quarantine'])
  const [at, report] = typeof value === 'string' ? [where, value] : [`${where}, report`, options.report]
  const read = <T>(name: string, reader: (where: string, value: unknown) => T): T | undefined =>
    options[name] === undefined ? undefined : reader(`${where}, ${name}`, options[name])
  const forks = read('forks', (place, count) => wholeNumberOf(place, count, 0, MAX_FORKS))
  const budget = read('budget', (place, time) => seconds(place, time, MAX_BUDGET))
  const rerun = read('rerun', (place, command) => textOf(place, command, 'Give a command, or none.', MAX_RERUN))
  return Object.freeze({
    artifact: Object.freeze({ path: relativePathOf(at, report), when: 'always', kind: 'junit' }),
    tests: Object.freeze({
      ...(forks !== undefined && { forks }),
      ...(budget !== undefined && { budget_seconds: budget }),
      ...(rerun !== undefined && { rerun }),
      ...(read('quarantine', booleanOf) === true && { quarantine: true }),
    }),
  })
}
