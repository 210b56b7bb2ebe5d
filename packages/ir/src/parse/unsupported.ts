/**
 * Features of the IR that the product does not run yet. Their shape is checked and planning refuses
 * them, so that no request of a pipeline is silently lost. Remove a feature from here when it
 * becomes supported.
 */
import { MAX_TIMEOUT_SECONDS } from './limits.ts'
import { describe } from './problems.ts'
import { below, type JsonObject, member, type Reader } from './read.ts'

type Check = (reader: Reader, value: unknown, at: string) => void

/** What a step asks of its tests, besides their report, which is one of its artifacts. */
const TESTS = new Set(['forks', 'budget_seconds', 'rerun', 'quarantine'])

const STEP_FIELDS: Readonly<Record<string, Check>> = {
  tests: (reader, value, at) => {
    const tests = reader.object(value, at)
    if (tests === undefined) return
    reader.unknownMembers(tests, TESTS, at)
    reader.integer(member(tests, 'forks'), below(at, 'forks'), 1, 100)
    reader.integer(member(tests, 'budget_seconds'), below(at, 'budget_seconds'), 1, MAX_TIMEOUT_SECONDS)
    reader.text(member(tests, 'rerun'), below(at, 'rerun'), { expected: 'a command' })
    reader.boolean(member(tests, 'quarantine'), below(at, 'quarantine'))
  },
}

/** Refuses what a step asks for and nothing runs yet. What is empty asks for nothing. */
export function refuseInStep(reader: Reader, step: JsonObject, at: string): void {
  for (const [name, check] of Object.entries(STEP_FIELDS)) refuse(reader, step, name, at, check)
}

function refuse(reader: Reader, object: JsonObject, name: string, at: string, check: Check): void {
  const value = member(object, name)
  if (value === undefined) return
  const place = below(at, name)
  check(reader, value, place)
  if (Object.keys(value ?? {}).length === 0 && typeof value === 'object') return
  const fix = `"${name}" is not supported yet: remove it from the pipeline.`
  reader.problems.add({ stage: 'unsupported', at: place, expected: `no "${name}"`, got: describe(value), fix })
}
