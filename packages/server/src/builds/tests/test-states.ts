/** States of tests as the database has them, and the one that they make together. */

import type { Verdict } from '@harmont/engine'

export type TestLetter = 'p' | 'f' | 's' | 'e'

const names: Readonly<Record<TestLetter, string>> = { p: 'passed', f: 'failed', s: 'skipped', e: 'errored' }

export function stateName(letter: TestLetter): string {
  return names[letter]
}

export function hasFailed(letter: TestLetter): boolean {
  return letter === 'f' || letter === 'e'
}

/**
 * Returns what the results of one test in one build say together: it failed when one of its steps
 * says so.
 */
export function worstState(letters: readonly TestLetter[]): TestLetter | null {
  for (const letter of ['f', 'e', 'p', 's'] as const) if (letters.includes(letter)) return letter
  return null
}

/** The verdict of forks on a failed test in a report; all null while there is none. */
export interface VerdictRow {
  readonly verdict: Verdict | null
  readonly forks: number | null
  readonly fork_passes: number | null
}

/** The results of one test in the forks of its failed job. */
export interface ForkResults {
  readonly fork_results: readonly { readonly fork: number; readonly passed: boolean }[] | null
}

/** Says what forks proved; while they run, that they do. */
export function presentVerdict({ verdict, forks, fork_passes }: VerdictRow, isProving: boolean) {
  return { verdict: verdict ?? (isProving ? 'proving' : null), forks, fork_passes }
}
