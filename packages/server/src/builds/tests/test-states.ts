/** States of tests as stored in the database, and their combination. */

import type { Verdict } from '@harmont/engine'

export type TestLetter = 'p' | 'f' | 's' | 'e'

const names: Readonly<Record<TestLetter, string>> = { p: 'passed', f: 'failed', s: 'skipped', e: 'errored' }

export function stateName(letter: TestLetter): string {
  return names[letter]
}

export function hasFailed(letter: TestLetter): boolean {
  return letter === 'f' || letter === 'e'
}

/** Combines the results of one test in one build: the test failed if it failed in any step. */
export function worstState(letters: readonly TestLetter[]): TestLetter | null {
  for (const letter of ['f', 'e', 'p', 's'] as const) if (letters.includes(letter)) return letter
  return null
}

/** The forks' verdict on a failed test in a report; all null if there is none. */
export interface VerdictRow {
  readonly verdict: Verdict | null
  readonly forks: number | null
  readonly fork_passes: number | null
}

/** The results of one test in the forks of its failed job. */
export interface ForkResults {
  readonly fork_results: readonly { readonly fork: number; readonly passed: boolean }[] | null
}

/** Describes the verdict of the forks, or says that they are running. */
export function presentVerdict({ verdict, forks, fork_passes }: VerdictRow, isProving: boolean) {
  return { verdict: verdict ?? (isProving ? 'proving' : null), forks, fork_passes }
}
