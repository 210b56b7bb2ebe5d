import type { IrCachePolicy } from '../document.ts'
import { pathProblem } from '../path-glob.ts'
import type { PlannedStep } from '../plan.ts'
import { describe, grouped } from './problems.ts'
import { below, member, type Reader } from './read.ts'

const POLICIES = ['none', 'forever', 'ttl', 'on_change', 'compose'] as const
const KNOWN = new Set(['policy', 'key', 'env_keys', 'duration_seconds', 'paths', 'sub_policies'])
const MAX_NESTING = 8

type PlannedCache = Pick<PlannedStep, 'cacheKey' | 'cachePolicy' | 'cacheRemark'>

/**
 * Reads a step's `cache`: its key and its policy. The key is null for a step that always runs. An
 * incomplete or unknown policy is accepted, because released clients may send it. The key alone
 * then decides when the step runs again.
 */
export function readCache(reader: Reader, value: unknown, at: string): PlannedCache {
  const cache = reader.object(value, at)
  if (cache === undefined) return { cacheKey: null }
  const key = member(cache, 'key')
  const text = reader.text(key, below(at, 'key'))
  if (text === '') reader.limit(below(at, 'key'), 'a non-empty key', 'an empty one', 'Omit the key, or give one.')
  const lacks: string[] = []
  const policy = readPolicy({ reader, lacks, nesting: 1 }, cache, at)
  if (policy?.policy === 'none') return { cacheKey: null }
  const [lack] = lacks
  if (lack === undefined) {
    if (text === undefined) return { cacheKey: null, cacheRemark: 'The cache has no key, so this step always runs.' }
    return policy === undefined ? { cacheKey: text } : { cacheKey: text, cachePolicy: policy }
  }
  const cacheRemark = `${lack}${text === undefined ? ', nor a key, so this step always runs.' : ', so its key alone says when this step runs again.'}`
  reader.problems.warn(() => `${cacheRemark} (${at})`)
  return { cacheKey: text ?? null, cacheRemark }
}

interface Reading {
  readonly reader: Reader
  /** Unfinished sentences about members that policies lack, or about unknown policies. */
  readonly lacks: string[]
  readonly nesting: number
}

/**
 * Returns undefined for a policy that cannot be shown; the problems or `lacks` state the reason.
 */
function readPolicy(reading: Reading, value: unknown, at: string): IrCachePolicy | undefined {
  const { reader } = reading
  const fix = 'Use a policy of the pipeline SDK.'
  const object = reader.object(value, at, { expected: 'a cache policy', fix, required: true })
  if (object === undefined) return undefined
  reader.unknownMembers(object, KNOWN, at)
  const word = reader.text(member(object, 'policy'), below(at, 'policy'), { fix, required: true })
  const policy = POLICIES.find((known) => known === word)
  const of = (name: string) => ({ value: member(object, name), at: below(at, name) })
  /** Returns a required member of the policy; records its absence and returns undefined. */
  const needed = (name: string) => {
    const found = of(name)
    if (found.value !== undefined) return found
    reading.lacks.push(`The cache policy ${describe(word)} has no \`${name}\``)
    return undefined
  }
  switch (policy) {
    case 'none':
      return { policy }
    case 'forever':
      return { policy, env_keys: readNames(reader, of('env_keys')) }
    case 'ttl': {
      const env_keys = readNames(reader, of('env_keys'))
      const duration = needed('duration_seconds')
      const seconds = duration && reader.integer(duration.value, duration.at, 1)
      return seconds === undefined ? undefined : { policy, duration_seconds: seconds, env_keys }
    }
    case 'on_change': {
      const paths = needed('paths')
      const read = (path: unknown, place: string) => readRelativePath(reader, path, place)
      return paths && { policy, paths: reader.listOf(paths.value, paths.at, read, { max: 1000, of: 'paths' }) ?? [] }
    }
    case 'compose': {
      const parts = needed('sub_policies')
      return parts && readParts(reading, parts)
    }
    case undefined:
      if (word !== undefined) reading.lacks.push(`The cache policy ${describe(word)} has no meaning here`)
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

function readParts({ reader, lacks, nesting }: Reading, { value, at }: Place): IrCachePolicy {
  if (nesting > MAX_NESTING) {
    reader.limit(at, `at most ${MAX_NESTING} levels of compose`, grouped(nesting), 'Join the inner policies.')
    return { policy: 'compose', sub_policies: [] }
  }
  const read = (part: unknown, place: string) => readPolicy({ reader, lacks, nesting: nesting + 1 }, part, place)
  return { policy: 'compose', sub_policies: reader.listOf(value, at, read) ?? [] }
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
