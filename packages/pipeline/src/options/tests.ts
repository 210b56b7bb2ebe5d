import type { IrArtifact, IrTests } from '@harmont/ir'
import { type Duration, seconds } from '../duration.ts'
import { booleanOf, optionsOf, textOf, wholeNumberOf } from '../wrong-use.ts'
import { relativePathOf } from './relative-path.ts'

/** The report in which the command tells of its tests, and how red ones are looked into. */
export interface TestOptions {
  /**
   * A path or glob, relative to the workspace, of JUnit XML, the output of `go test -json`, or TAP.
   * It is read and kept however the command ends.
   */
  readonly report: string
  /**
   * The most times that the server runs the command of a red step again, to find out which of its
   * failed tests are flaky; 10 by default, 0 for never. Each run is a fork of the step's start.
   */
  readonly forks?: number
  /** Time that all these runs may take together; `"5m"` by default, an hour at most. */
  readonly budget?: Duration
  /**
   * A command that runs one test: `$HARMONT_TEST_FILE` and `$HARMONT_TEST_NAME` say which. It
   * writes the same report.
   */
  readonly rerun?: string
  /**
   * Whether the step fails softly when all its failed tests are in quarantine, and tests that are
   * proved flaky on the default branch are put there; false by default.
   */
  readonly quarantine?: boolean
}

const MAX_FORKS = 100
const MAX_BUDGET = 3600
const MAX_RERUN = 65_536

/** Reads the option `tests` into the artifact that it stands for, and what it asks of the tests. */
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
