/**
 * Features of the IR that the product does not run yet. Their shape is checked and planning refuses
 * them, so that no request of a pipeline is silently lost. Remove a feature from here when it
 * becomes supported.
 */
import { below, type JsonObject, type Reader } from './read.ts'

/** Refuses what the `tests` of a step ask for and nothing runs yet. */
export function refuseInTests(reader: Reader, tests: JsonObject, at: string): void {
  if (tests.quarantine !== true) return
  const fix = '"quarantine" is not supported yet: remove it from the pipeline.'
  const place = below(at, 'quarantine')
  reader.problems.add({ stage: 'unsupported', at: place, expected: 'no "quarantine"', got: 'true', fix })
}
