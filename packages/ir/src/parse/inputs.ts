/** Reads the `inputs` of a step (`ir.md` 1.3). */
import { pathComponents } from '../path-glob.ts'
import type { PlannedInput } from '../plan.ts'
import { readRelativePath } from './cache.ts'
import { below, type JsonObject, member, type Reader } from './read.ts'

const MAX_INPUTS = 100
const KNOWN = new Set(['from', 'path', 'into', 'optional'])

/** A step's request for files of another step, by key. */
export interface InputDraft extends Omit<PlannedInput, 'from'> {
  readonly from: string
  /** JSON pointer of `from`. */
  readonly at: string
}

/** Reads a step's `inputs` and drops entries without a usable key or path. */
export function readInputs(reader: Reader, value: unknown, at: string): readonly InputDraft[] {
  const inputs = reader
    .list(value, at, { max: MAX_INPUTS })
    ?.slice(0, MAX_INPUTS)
    .map((entry, i) => readInput(reader, entry, below(at, i)))
    .filter((input) => input !== undefined)
  return inputs ?? []
}

function readInput(reader: Reader, value: unknown, at: string): InputDraft | undefined {
  const input: JsonObject | undefined = reader.object(value, at, { required: true })
  if (input === undefined) return undefined
  reader.unknownMembers(input, KNOWN, at)
  const of = (name: string) => [member(input, name), below(at, name)] as const
  const from = reader.text(...of('from'), { expected: 'the key of a step', required: true })
  const path = readRelativePath(reader, ...of('path'))
  const into = member(input, 'into') === undefined ? '' : (readRelativePath(reader, ...of('into')) ?? '')
  const optional = reader.boolean(...of('optional')) ?? false
  if (from === undefined || path === undefined) return undefined
  return { from, at: below(at, 'from'), path, into: pathComponents(into).join('/'), optional }
}
