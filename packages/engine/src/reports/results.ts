/** Merges the results of a step by test, since its reports may repeat them. */
import { createHash } from 'node:crypto'
import type { TestCase } from './test-report.ts'

/** A test with its worst result in a report. */
export interface Result extends TestCase {
  readonly key: string
}

/** Severity of a result; the worst result has the highest. */
export const severity: Readonly<Record<TestCase['state'], number>> = { failed: 3, errored: 2, passed: 1, skipped: 0 }

/**
 * Returns each test once. A test that ran several times, as in a retry or with several parameters
 * under one name, has its worst result and its total time.
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
  // UUID version 8, which has custom bits.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
