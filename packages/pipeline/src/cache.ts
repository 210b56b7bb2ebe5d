import { type IrCachePolicy, pathProblem } from '@harmont/ir'
import { type Duration, seconds } from './duration.ts'
import { listOf, membersOf, onlyKnown, textOf, wrongUse } from './wrong-use.ts'

/** When a step's file system may be taken from an earlier build; made by the functions here. */
export type CachePolicy = IrCachePolicy

export interface EnvKeys {
  /** Variables of the rendering process whose values are part of the key. */
  readonly envKeys?: readonly string[]
}

/** Kept until the command, or a variable of `envKeys`, changes. */
export function forever(options: EnvKeys = {}): CachePolicy {
  return Object.freeze({ policy: 'forever', env_keys: envKeys('forever', options) })
}

/** Kept for a duration; entries of all steps end at its multiples since 1970, not after its time from the first run. */
export function ttl(duration: Duration, options: EnvKeys = {}): CachePolicy {
  return Object.freeze({ policy: 'ttl', duration_seconds: seconds('ttl', duration), env_keys: envKeys('ttl', options) })
}

/** Kept until a file under one of the paths or globs, relative to the project directory, changes. */
export function onChange(...paths: readonly string[]): CachePolicy {
  if (paths.length === 0)
    throw wrongUse('onChange', 'at least one path', undefined, 'Name the files that the step reads.')
  return Object.freeze({
    policy: 'on_change',
    paths: listOf('onChange', paths, projectPath),
  })
}

/** Kept while each of the policies would keep it. */
export function compose(...policies: readonly CachePolicy[]): CachePolicy {
  return Object.freeze({
    policy: 'compose',
    sub_policies: listOf('compose', policies, (policy) => cachePolicyOf('compose', policy)),
  })
}

/** Never kept: the step always runs. */
export function none(): CachePolicy {
  return Object.freeze({ policy: 'none' })
}

/** Checks that a value was made by one of the functions above, of this or of another copy of the SDK. */
export function cachePolicyOf(where: string, value: unknown): CachePolicy {
  if (isCachePolicy(value)) return value
  throw wrongUse(where, 'a cache policy', value, 'Use forever(), ttl(), onChange(), compose() or none().')
}

function isCachePolicy(value: unknown): value is CachePolicy {
  if (typeof value !== 'object' || value === null || !('policy' in value)) return false
  return ['none', 'forever', 'ttl', 'on_change', 'compose'].some((policy) => policy === value.policy)
}

function projectPath(value: unknown): string {
  const path = textOf('onChange', value, 'Name a path.')
  const problem = pathProblem(path)
  if (problem === undefined) return path
  throw wrongUse(
    'onChange',
    'a path inside the project',
    path,
    `It is ${problem}: write it relative to the project directory.`,
  )
}

function envKeys(where: string, options: EnvKeys): readonly string[] {
  membersOf(where, options)
  onlyKnown(where, options, ['envKeys'])
  return listOf(`${where}, envKeys`, options.envKeys ?? [], (name) =>
    textOf(`${where}, envKeys`, name, 'Name a variable.'),
  )
}
