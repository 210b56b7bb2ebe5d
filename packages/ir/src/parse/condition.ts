import type { Condition } from '../condition.ts'
import { readRelativePath } from './cache.ts'
import { grouped } from './problems.ts'
import { below, type JsonObject, member, type Reader } from './read.ts'

const EVENTS = ['push', 'pull_request', 'schedule', 'manual', 'api'] as const
const KNOWN = new Set(['event', 'branch', 'base_branch', 'tag', 'changed', 'env', 'local', 'any', 'all', 'not'])
const MAX_NESTING = 8
const MAX_GLOBS = 100

/** Reads the `if` of a step. Returns undefined if it is absent, or after adding its problems. */
export function readCondition(reader: Reader, value: unknown, at: string, nesting = 0): Condition | undefined {
  const object = reader.object(value, at, { expected: 'a condition', required: nesting > 0 })
  if (object === undefined) return undefined
  if (nesting > MAX_NESTING) {
    reader.limit(
      at,
      `at most ${MAX_NESTING} levels of any, all and not`,
      grouped(nesting),
      'Write the condition flatter.',
    )
    return undefined
  }
  reader.unknownMembers(object, KNOWN, at)
  const globs = (name: string) =>
    readTexts(reader, object, name, at, (entry, place) => reader.text(entry, place, { required: true }))
  const parts = (name: string) =>
    reader.listOf(member(object, name), below(at, name), (part, place) =>
      readCondition(reader, part, place, nesting + 1),
    )
  const not = member(object, 'not')
  const read = {
    event: readTexts(reader, object, 'event', at, (entry, place) =>
      reader.word(entry, place, EVENTS, { required: true }),
    ),
    branch: globs('branch'),
    base_branch: globs('base_branch'),
    tag: globs('tag'),
    changed: readTexts(reader, object, 'changed', at, (entry, place) => readRelativePath(reader, entry, place)),
    env: readEnvGlobs(reader, member(object, 'env'), below(at, 'env')),
    local: reader.boolean(member(object, 'local'), below(at, 'local')),
    any: parts('any'),
    all: parts('all'),
    not: not === undefined ? undefined : readCondition(reader, not, below(at, 'not'), nesting + 1),
  }
  return {
    ...(read.event && { event: read.event }),
    ...(read.branch && { branch: read.branch }),
    ...(read.base_branch && { base_branch: read.base_branch }),
    ...(read.tag && { tag: read.tag }),
    ...(read.changed && { changed: read.changed }),
    ...(read.env && { env: read.env }),
    ...(read.local !== undefined && { local: read.local }),
    ...(read.any && { any: read.any }),
    ...(read.all && { all: read.all }),
    ...(read.not && { not: read.not }),
  }
}

// Reads a list; a single string counts as a list of one.
function readTexts(
  reader: Reader,
  object: JsonObject,
  name: string,
  at: string,
  read: (entry: unknown, at: string) => string | undefined,
): string[] | undefined {
  const value = member(object, name)
  const place = below(at, name)
  if (typeof value === 'string') {
    const text = read(value, place)
    return text === undefined ? undefined : [text]
  }
  return reader.listOf(value, place, read, { expected: 'a string or a list of strings', max: MAX_GLOBS })
}

function readEnvGlobs(reader: Reader, value: unknown, at: string): Record<string, string[]> | undefined {
  const object = reader.object(value, at)
  if (object === undefined) return undefined
  const read = (entry: unknown, place: string) => reader.text(entry, place, { required: true })
  const entries: [string, string[]][] = []
  for (const name of Object.keys(object)) {
    const globs = readTexts(reader, object, name, at, read)
    if (globs !== undefined) entries.push([name, globs])
  }
  return Object.fromEntries(entries)
}
