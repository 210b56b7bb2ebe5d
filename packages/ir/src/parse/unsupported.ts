/**
 * Features of the IR that the product does not run yet. Their shape is checked and planning refuses
 * them, so that no request of a pipeline is silently lost. Remove a feature from here when it
 * becomes supported.
 */
import { readRelativePath } from './cache.ts'
import { MAX_TIMEOUT_SECONDS } from './limits.ts'
import { describe } from './problems.ts'
import { below, isObject, type JsonObject, member, type Reader } from './read.ts'

type Check = (reader: Reader, value: unknown, at: string) => void

/** A step's request for files of another step, by key. */
export interface InputDraft {
  readonly from: string
  /** JSON pointer of `from`. */
  readonly at: string
}

/** What a step asks of its tests, besides their report, which is one of its artifacts. */
const TESTS = new Set(['forks', 'budget_seconds', 'rerun', 'quarantine'])

const STEP_FIELDS: Readonly<Record<string, Check>> = {
  inputs: entries(100, ['from', 'path', 'into'], (reader, input, at) => {
    reader.text(member(input, 'from'), below(at, 'from'), { expected: 'the key of a step', required: true })
    readRelativePath(reader, member(input, 'path'), below(at, 'path'))
    if (member(input, 'into') !== undefined) readRelativePath(reader, member(input, 'into'), below(at, 'into'))
  }),
  // `readServices` checks them.
  services: () => undefined,
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

/** The well-formed part of a step's `inputs`. */
export function readInputs(step: JsonObject, at: string): readonly InputDraft[] {
  const inputs = member(step, 'inputs')
  if (!Array.isArray(inputs)) return []
  return inputs.flatMap((input: unknown, i) => {
    const from = isObject(input) ? member(input, 'from') : undefined
    return typeof from === 'string' ? [{ from, at: below(below(below(at, 'inputs'), i), 'from') }] : []
  })
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

function entries(
  max: number,
  known: readonly string[],
  check: (reader: Reader, entry: JsonObject, at: string) => void,
): Check {
  const members = new Set(known)
  return (reader, value, at) => {
    reader.list(value, at, { max })?.forEach((entry, i) => {
      const place = below(at, i)
      const object = reader.object(entry, place, { required: true })
      if (object === undefined) return
      reader.unknownMembers(object, members, place)
      check(reader, object, place)
    })
  }
}
