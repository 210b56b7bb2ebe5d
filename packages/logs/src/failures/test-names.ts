/**
 * Wording for tests of a report, shared by `hm`, pages and checks. Pages import only this file
 * (`@harmont/logs/test-names`), so it has no imports.
 */

/** Returns the name of a test with the names of its suites, as in failures. */
export function testTitle({ suite, name, file }: TestNames): string {
  return suite === '' || suite === file ? name : `${suite.replaceAll(' > ', ' › ')} › ${name}`
}

interface TestNames {
  readonly suite: string
  readonly name: string
  readonly file?: string | null | undefined
}

interface Verdict {
  readonly verdict?: string | null
  readonly forks?: number | null
  readonly fork_passes?: number | null
}

/**
 * Returns the verdict of forks on a failed test as text, such as `flaky: 3 of 10 forks passed` or
 * `proving`; null without a verdict and for `unknown`. A verdict of a newer server keeps its name.
 */
export function verdictWords({ verdict = null, forks = null, fork_passes: passes = null }: Verdict): string | null {
  switch (verdict) {
    case null:
    case 'unknown':
      return null
    case 'order':
      return 'passes alone, fails after other tests'
    default:
      return forks === null
        ? verdict
        : `${verdict}: ${passes ?? 0} of ${forks} ${forks === 1 ? 'fork' : 'forks'} passed`
  }
}
