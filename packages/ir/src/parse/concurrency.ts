import type { BuildConcurrency, StepConcurrency, WhenFull } from '../plan.ts'
import { below, type JsonObject, member, type Reader } from './read.ts'

const WORDS: readonly WhenFull[] = ['queue', 'cancel_waiting', 'cancel_running']
const SCOPES: readonly StepConcurrency['scope'][] = ['pipeline', 'organization']
const PLACEHOLDERS = ['branch', 'tag', 'pull_request', 'event']

interface GroupDraft<Word extends string> {
  readonly group: string
  readonly limit: number
  /** Name of the member in which the concurrency of steps and of builds differ. */
  readonly option: Word | undefined
}

/**
 * Reads a `concurrency` whose third member is `option`, one of `words`. Returns undefined if it is
 * absent or invalid.
 */
function readGroup<Word extends string>(
  reader: Reader,
  value: unknown,
  at: string,
  option: string,
  words: readonly Word[],
): GroupDraft<Word> | undefined {
  const object = reader.object(value, at)
  if (object === undefined) return undefined
  reader.unknownMembers(object, new Set(['group', 'limit', option]), at)
  const limit = reader.integer(member(object, 'limit'), below(at, 'limit'), 1, undefined, { required: true })
  const word = reader.word(member(object, option), below(at, option), words)
  const group = reader.name(member(object, 'group'), below(at, 'group'), 255, { required: true })
  return group === undefined || limit === undefined ? undefined : { group, limit, option: word }
}

/** Reads a step's `concurrency`. */
export function readStepConcurrency(reader: Reader, value: unknown, at: string): StepConcurrency | undefined {
  const read = readGroup(reader, value, at, 'scope', SCOPES)
  return read && { group: read.group, limit: read.limit, scope: read.option ?? 'pipeline' }
}

/** Reads the document's `concurrency`. */
export function readBuildConcurrency(reader: Reader, document: JsonObject): BuildConcurrency | undefined {
  const read = readGroup(reader, member(document, 'concurrency'), '/concurrency', 'when_full', WORDS)
  if (read === undefined) return undefined
  const { group, limit, option: whenFull = 'queue' } = read
  for (const [placeholder, name = ''] of group.matchAll(/\$\{([^}]*)\}?/g)) {
    if (PLACEHOLDERS.includes(name)) continue
    const expected = `only the placeholders ${PLACEHOLDERS.join(', ')}`
    reader.shape('/concurrency/group', expected, placeholder, 'Use one of these.')
  }
  return { group, limit, whenFull }
}
