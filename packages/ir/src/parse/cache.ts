import { pathProblem } from '../path-glob.ts'
import { grouped } from './problems.ts'
import { below, member, type Reader } from './read.ts'

const POLICIES = ['none', 'forever', 'ttl', 'on_change', 'compose'] as const
const KNOWN = new Set(['policy', 'key', 'env_keys', 'duration_seconds', 'paths', 'sub_policies'])
const MAX_NESTING = 8

/** Reads a step's `cache` and gives its key; null when the step always runs (no cache, policy `none`, or no key). */
export function readCacheKey(reader: Reader, value: unknown, at: string): string | null {
  const cache = reader.object(value, at)
  if (cache === undefined) return null
  const key = member(cache, 'key')
  const text = reader.text(key, below(at, 'key'))
  if (text === '') reader.limit(below(at, 'key'), 'a non-empty key', 'an empty one', 'Leave the key out, or give one.')
  const policy = readPolicy(reader, cache, at, 1)
  return policy === 'none' || text === undefined ? null : text
}

function readPolicy(
  reader: Reader,
  value: unknown,
  at: string,
  nesting: number,
): (typeof POLICIES)[number] | undefined {
  const fix = 'Use a policy of the pipeline SDK.'
  const object = reader.object(value, at, { expected: 'a cache policy', fix, required: true })
  if (object === undefined) return undefined
  reader.unknownMembers(object, KNOWN, at)
  const policy = reader.word(member(object, 'policy'), below(at, 'policy'), POLICIES, { fix, required: true })
  const of = (name: string) => ({ value: member(object, name), at: below(at, name) })
  if (policy === 'ttl') {
    const duration = of('duration_seconds')
    reader.integer(duration.value, duration.at, 1, undefined, {
      fix: 'Give the seconds that an entry lives.',
      required: true,
    })
  }
  if (policy === 'ttl' || policy === 'forever') {
    const names = of('env_keys')
    reader.listOf(names.value, names.at, (name, place) => reader.name(name, place, 64 * 1024, { required: true }), {
      max: 100,
      of: 'names',
    })
  }
  if (policy === 'on_change') {
    const paths = of('paths')
    const listed = { max: 1000, of: 'paths', required: true, fix: 'List the paths to watch.' }
    reader.listOf(paths.value, paths.at, (path, place) => readRelativePath(reader, path, place), listed)
  }
  if (policy === 'compose') readParts(reader, of('sub_policies'), nesting)
  return policy
}

function readParts(
  reader: Reader,
  { value, at }: { readonly value: unknown; readonly at: string },
  nesting: number,
): void {
  if (nesting > MAX_NESTING) {
    reader.limit(at, `at most ${MAX_NESTING} levels of compose`, grouped(nesting), 'Join the inner policies.')
    return
  }
  reader.listOf(value, at, (part, place) => readPolicy(reader, part, place, nesting + 1), {
    required: true,
    fix: 'List the policies to join.',
  })
}

/** A non-empty path or path glob below the project directory. */
export function readRelativePath(reader: Reader, value: unknown, at: string): string | undefined {
  const path = reader.text(value, at, { expected: 'a relative path', required: true })
  if (path === undefined) return undefined
  const problem = path === '' ? 'an empty one' : pathProblem(path)
  if (problem === undefined) return path
  reader.shape(at, 'a path inside the project', path, `It is ${problem}: write it relative to the project directory.`)
  return undefined
}
