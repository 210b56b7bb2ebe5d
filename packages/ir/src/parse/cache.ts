import type { IrCachePolicy } from '../document.ts'
import { pathProblem } from '../path-glob.ts'
import type { PlannedStep } from '../plan.ts'
import { grouped } from './problems.ts'
import { below, member, type Reader } from './read.ts'

const POLICIES = ['none', 'forever', 'ttl', 'on_change', 'compose'] as const
const KNOWN = new Set(['policy', 'key', 'env_keys', 'duration_seconds', 'paths', 'sub_policies'])
const MAX_NESTING = 8

/** Reads a step's `cache`: its key and its policy; no key when the step always runs (no cache, policy `none`, or no key). */
export function readCache(reader: Reader, value: unknown, at: string): Pick<PlannedStep, 'cacheKey' | 'cachePolicy'> {
  const cache = reader.object(value, at)
  if (cache === undefined) return { cacheKey: null }
  const key = member(cache, 'key')
  const text = reader.text(key, below(at, 'key'))
  if (text === '') reader.limit(below(at, 'key'), 'a non-empty key', 'an empty one', 'Leave the key out, or give one.')
  const policy = readPolicy(reader, cache, at, 1)
  if (policy?.policy === 'none' || text === undefined) return { cacheKey: null }
  return policy === undefined ? { cacheKey: text } : { cacheKey: text, cachePolicy: policy }
}

/** Undefined: it is none of ours, which is among the problems then. */
function readPolicy(reader: Reader, value: unknown, at: string, nesting: number): IrCachePolicy | undefined {
  const fix = 'Use a policy of the pipeline SDK.'
  const object = reader.object(value, at, { expected: 'a cache policy', fix, required: true })
  if (object === undefined) return undefined
  reader.unknownMembers(object, KNOWN, at)
  const policy = reader.word(member(object, 'policy'), below(at, 'policy'), POLICIES, { fix, required: true })
  const of = (name: string) => ({ value: member(object, name), at: below(at, name) })
  switch (policy) {
    case 'none':
      return { policy }
    case 'forever':
      return { policy, env_keys: readNames(reader, of('env_keys')) }
    case 'ttl': {
      const duration = of('duration_seconds')
      const fix = 'Give the seconds that an entry lives.'
      const seconds = reader.integer(duration.value, duration.at, 1, undefined, { fix, required: true })
      const env_keys = readNames(reader, of('env_keys'))
      return seconds === undefined ? undefined : { policy, duration_seconds: seconds, env_keys }
    }
    case 'on_change': {
      const paths = of('paths')
      const listed = { max: 1000, of: 'paths', required: true, fix: 'List the paths to watch.' }
      const read = (path: unknown, place: string) => readRelativePath(reader, path, place)
      return { policy, paths: reader.listOf(paths.value, paths.at, read, listed) ?? [] }
    }
    case 'compose':
      return { policy, sub_policies: readParts(reader, of('sub_policies'), nesting) }
    case undefined:
      return undefined
  }
}

interface Place {
  readonly value: unknown
  readonly at: string
}

function readNames(reader: Reader, { value, at }: Place): readonly string[] {
  const read = (name: unknown, place: string) => reader.name(name, place, 64 * 1024, { required: true })
  return reader.listOf(value, at, read, { max: 100, of: 'names' }) ?? []
}

function readParts(reader: Reader, { value, at }: Place, nesting: number): readonly IrCachePolicy[] {
  if (nesting > MAX_NESTING) {
    reader.limit(at, `at most ${MAX_NESTING} levels of compose`, grouped(nesting), 'Join the inner policies.')
    return []
  }
  const read = (part: unknown, place: string) => readPolicy(reader, part, place, nesting + 1)
  return reader.listOf(value, at, read, { required: true, fix: 'List the policies to join.' }) ?? []
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
