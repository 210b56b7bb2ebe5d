import type { Reporter, TestCase } from 'vitest/node'

/**
 * Names the tests that failed first and passed then, and says how they failed, at the end of a run with `--retry`. Such a test is not green: what it waits for does not always come, or
 * the product has a race. It only does not hold up what has nothing to do with it.
 */
export default class SecondTryReporter implements Reporter {
  readonly #passedLater: string[] = []

  onTestCaseResult(test: TestCase): void {
    if (!test.diagnostic()?.flaky) return
    const why = test.result().errors?.map(({ message, stack }) => `\n  ${message}\n  ${stack ?? ''}`) ?? []
    this.#passedLater.push(`${test.module.relativeModuleId} > ${test.fullName}${why.join('')}`)
  }

  onTestRunEnd(): void {
    for (const name of this.#passedLater) console.log(`passed at the second try only: ${name}`)
  }
}
