/**
 * The words for tests of a report, the same in `hm`, on pages and in checks. Pages import this file
 * alone (`@harmont/logs/test-names`), so it imports none.
 */

/** Returns the name of a test with those of its suites, as failures name it. */
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
 * Returns what forks say of a failed test: `flaky: 3 of 10 forks passed`, `proving`; null where
 * they say nothing. A verdict of a newer server keeps its own name.
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
