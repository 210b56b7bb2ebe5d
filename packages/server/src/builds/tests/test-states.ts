/** States of tests as the database has them, and what they say together. */

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
