import { type ForkOutput, isRed, judgeForks, type TestCase, type Verdict } from '@harmont/engine'
import { testTitle } from '@harmont/logs'

/** A test that was red in a fork or in the run itself. */
interface JudgedTest {
  /** Its report from a red fork, or from a green one if none was red. */
  readonly test: TestCase
  readonly verdict: Verdict
  /** Number of forks that passed it. */
  readonly passed: number
}

export interface JudgedForks {
  readonly red: readonly JudgedTest[]
  /** Number of reported tests that were never red. */
  readonly green: number
}

/**
 * Judges the tests of a step by its forks. `redBefore` has the titles of tests that were red on the
 * same files before. For any other test, its first red fork replaces that earlier result.
 */
export function judgeTests(forks: readonly ForkOutput[], redBefore: ReadonlySet<string>): JudgedForks {
  const byTitle = Map.groupBy(
    forks.flatMap(({ cases }, fork) => (cases ?? []).map((test) => ({ test, fork }))),
    ({ test }) => testTitle(test),
  )
  const red: JudgedTest[] = []
  for (const [title, results] of byTitle) {
    const firstRed = results.find(({ test }) => isRed(test))
    if (firstRed === undefined && !redBefore.has(title)) continue
    const { test } = firstRed ?? results[0] ?? {}
    if (test === undefined) continue
    const others = redBefore.has(title) ? forks : forks.filter((_, fork) => fork !== firstRed?.fork)
    const [judged] = judgeForks([{ ...test, state: 'failed' }], others)
    if (judged !== undefined) red.push({ test, verdict: judged.verdict, passed: judged.passed })
  }
  return { red, green: byTitle.size - red.length }
}
