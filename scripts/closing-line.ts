/** Prints `N passed, N failed` from the log of a vitest run: the closing line that CI looks for. Fails when no test was run. */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { stripVTControlCharacters } from 'node:util'

/** The counts of vitest's `Tests  1 failed | 2 passed (3)` line, or undefined when there is none. */
export function countsOf(log: string): { passed: number; failed: number } | undefined {
  const line = stripVTControlCharacters(log)
    .split('\n')
    .findLast((it) => /^\s*Tests\s+\d/.test(it))
  if (line === undefined) return undefined
  const count = (word: string) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0)
  return { passed: count('passed'), failed: count('failed') }
}

if (import.meta.main) {
  const counts = countsOf(readFileSync(process.argv[2] ?? '', 'utf8'))
  if (counts === undefined) {
    console.error('no test was run')
    process.exit(1)
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed`)
}
