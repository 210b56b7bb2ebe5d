import type { IrCachePolicy } from '@harmont/ir'
import { type Duration, seconds } from './duration.ts'
import { relativePathOf } from './options/relative-path.ts'
import { listOf, optionsOf, textOf, wrongUse } from './wrong-use.ts'

/**
 * Decides when a step's file system may come from an earlier build. The functions below make
 * policies.
 */
export type CachePolicy = IrCachePolicy

type Policy<Name> = Extract<IrCachePolicy, { readonly policy: Name }>
export type CacheForever = Policy<'forever'>
export type CacheTTL = Policy<'ttl'>
export type CacheOnChange = Policy<'on_change'>
export type CacheCompose = Policy<'compose'>

export interface EnvKeys {
  /** Variables of the rendering process whose values are part of the key. */
  readonly envKeys?: readonly string[]
}

/** Keeps the result until the command, or a variable of `envKeys`, changes. */
export function forever(options: EnvKeys = {}): CacheForever {
  return Object.freeze({ policy: 'forever', env_keys: envKeys('forever', options) })
}

/**
 * Keeps the result for a duration. The entries of all steps expire together, at multiples of the
 * duration since 1970.
 */
export function ttl(duration: Duration, options: EnvKeys = {}): CacheTTL {
  return Object.freeze({ policy: 'ttl', duration_seconds: seconds('ttl', duration), env_keys: envKeys('ttl', options) })
}

/**
 * Keeps the result until a file below one of the paths or globs changes. Paths are relative to the
 * project directory.
 */
export function onChange(...paths: readonly string[]): CacheOnChange {
  if (paths.length === 0)
    throw wrongUse('onChange', 'at least one path', undefined, 'Name the files that the step reads.')
  return Object.freeze({
    policy: 'on_change',
    paths: listOf('onChange', paths, (path) => relativePathOf('onChange', path, 'project'), 1000),
  })
}

/** Keeps the result as long as it is valid under each of the policies. */
export function compose(...policies: readonly CachePolicy[]): CacheCompose {
  const parts = listOf('compose', policies, (policy) => cachePolicyOf('compose', policy), 100)
  const levels = 1 + Math.max(0, ...parts.map(levelsOf))
  if (levels > MAX_LEVELS)
    throw wrongUse('compose', `at most ${MAX_LEVELS} levels of compose`, levels, 'Join the inner policies.')
  return Object.freeze({ policy: 'compose', sub_policies: parts })
}

/** Keeps nothing: the step always runs. */
export function none(): Policy<'none'> {
  return Object.freeze({ policy: 'none' })
}

/**
 * Checks that a value was made by one of the functions above, of this or of another copy of the
 * SDK.
 */
export function cachePolicyOf(where: string, value: unknown): CachePolicy {
  if (isCachePolicy(value)) return value
  throw wrongUse(where, 'a cache policy', value, 'Use forever(), ttl(), onChange(), compose() or none().')
}

const MAX_LEVELS = 8

function levelsOf(policy: CachePolicy): number {
  return policy.policy === 'compose' ? 1 + Math.max(0, ...policy.sub_policies.map(levelsOf)) : 0
}

function isCachePolicy(value: unknown): value is CachePolicy {
  if (typeof value !== 'object' || value === null || !('policy' in value)) return false
  return ['none', 'forever', 'ttl', 'on_change', 'compose'].some((policy) => policy === value.policy)
}

function envKeys(where: string, options: EnvKeys): readonly string[] {
  const at = `${where}, envKeys`
  const { envKeys } = optionsOf(where, options, ['envKeys'])
  return listOf(at, envKeys ?? [], (name) => textOf(at, name, 'Name a variable.'), 100)
}
