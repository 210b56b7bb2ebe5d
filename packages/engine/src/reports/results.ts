/** The results of a step by test, whatever its reports repeat. */
import { createHash } from 'node:crypto'
import type { TestCase } from './test-report.ts'

/** A test with its worst result of a report. */
export interface Result extends TestCase {
  readonly key: string
}

/** How much a result says, the worst most. */
export const severity: Readonly<Record<TestCase['state'], number>> = { failed: 3, errored: 2, passed: 1, skipped: 0 }

/**
 * Returns each test once. One that ran several times, as in a second try or with several
 * parameters under one name, has its worst result and its whole time.
 */
export function resultsOf(cases: readonly TestCase[]): readonly Result[] {
  const byKey = new Map<string, Result>()
  for (const one of cases) {
    const key = testKey(one)
    const known = byKey.get(key)
    if (known === undefined) byKey.set(key, { ...one, key })
    else {
      const durationMs = (known.durationMs ?? 0) + (one.durationMs ?? 0)
      const worst = severity[one.state] > severity[known.state] ? one : known
      byKey.set(key, { ...worst, key, durationMs })
    }
  }
  return [...byKey.values()]
}

/** Returns the id of a test within its pipeline: a digest of its suite and name, as a UUID. */
export function testKey({ suite, name }: Pick<TestCase, 'suite' | 'name'>): string {
  const hex = createHash('sha256').update(`${suite}\0${name}`).digest('hex')
  // Version 8: the bits are of our own making.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
