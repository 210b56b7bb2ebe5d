/**
 * What the IR can say and no part of the product runs yet. It is checked in shape and then refused, so that nothing that a pipeline asks for is lost
 * silently. The issue that brings one of these to life takes it out of here.
 */
import { readRelativePath } from './cache.ts'
import { describe } from './problems.ts'
import { below, type JsonObject, member, type Reader } from './read.ts'

type Check = (reader: Reader, value: unknown, at: string) => void

const STEP_FIELDS: Readonly<Record<string, Check>> = {
  artifacts: entries(100, (reader, artifact, at) => {
    readRelativePath(reader, member(artifact, 'path'), below(at, 'path'))
    reader.word(member(artifact, 'when'), below(at, 'when'), ['passed', 'failed', 'always'])
    reader.word(member(artifact, 'kind'), below(at, 'kind'), ['file', 'junit', 'coverage'])
  }),
  inputs: entries(100, (reader, input, at) => {
    reader.text(member(input, 'from'), below(at, 'from'), { required: true })
    readRelativePath(reader, member(input, 'path'), below(at, 'path'))
    if (member(input, 'into') !== undefined) readRelativePath(reader, member(input, 'into'), below(at, 'into'))
  }),
  services: entries(16, (reader, service, at) => {
    reader.text(member(service, 'name'), below(at, 'name'), { required: true })
    reader.text(member(service, 'image'), below(at, 'image'), { required: true })
    reader.object(member(service, 'env'), below(at, 'env'))
    const ready = reader.object(member(service, 'ready'), below(at, 'ready'))
    if (ready !== undefined) {
      reader.integer(member(ready, 'port'), below(below(at, 'ready'), 'port'), 1, 65_535, { required: true })
      reader.integer(member(ready, 'timeout_seconds'), below(below(at, 'ready'), 'timeout_seconds'), 1)
    }
  }),
  concurrency: (reader, value, at) => checkGroup(reader, value, at, 'scope', ['pipeline', 'organization']),
}

/** Refuses a step's `artifacts`, `inputs`, `services` and `concurrency`. An empty list asks for nothing. */
export function refuseInStep(reader: Reader, step: JsonObject, at: string): void {
  for (const [name, check] of Object.entries(STEP_FIELDS)) refuse(reader, step, name, at, check)
}

/** Refuses the document's `concurrency`. */
export function refuseInDocument(reader: Reader, document: JsonObject): void {
  const words = ['queue', 'cancel_waiting', 'cancel_running']
  refuse(reader, document, 'concurrency', '', (_, value, at) => checkGroup(reader, value, at, 'when_full', words))
}

function refuse(reader: Reader, object: JsonObject, name: string, at: string, check: Check): void {
  const value = member(object, name)
  if (value === undefined) return
  const place = below(at, name)
  check(reader, value, place)
  if (Array.isArray(value) && value.length === 0) return
  const fix = `This server does not run "${name}" yet: take it out of the pipeline.`
  reader.problems.add({ stage: 'unsupported', at: place, expected: `no "${name}"`, got: describe(value), fix })
}

function entries(max: number, check: (reader: Reader, entry: JsonObject, at: string) => void): Check {
  return (reader, value, at) => {
    reader.list(value, at, { max })?.forEach((entry, i) => {
      const object = reader.object(entry, below(at, i), { required: true })
      if (object !== undefined) check(reader, object, below(at, i))
    })
  }
}

function checkGroup(reader: Reader, value: unknown, at: string, option: string, words: readonly string[]): void {
  const group = reader.object(value, at)
  if (group === undefined) return
  reader.name(member(group, 'group'), below(at, 'group'), 255, { required: true })
  reader.integer(member(group, 'limit'), below(at, 'limit'), 1, undefined, { required: true })
  reader.word(member(group, option), below(at, option), words)
}
