import { hash, SEPARATOR } from './hash.ts'
import { compareText } from './text-order.ts'

export interface LookupParts {
  readonly cacheKey: string
  readonly command: string
  /** The node's env overlaid by the build's; no injected variables, no secret values. */
  readonly env: Readonly<Record<string, string>>
  /** L of the `builds_in` parent, '' for a root. */
  readonly parent: string
  /** Digest of paths, types, modes and bytes of the files that the step's policy watches; '' when it watches none. */
  readonly files: string
}

/**
 * The key L (`ir.md` 2.5) under which the engine looks a cached step up, as hex SHA-256. The cache key has only the bytes of watched files, so that
 * L adds the rest of them; without watched files it is what earlier releases made.
 */
export function lookupKey({ cacheKey, command, env, parent, files }: LookupParts): string {
  const variables = Object.keys(env)
    .sort(compareText)
    .map((name) => `${name}=${env[name]}${SEPARATOR}`)
    .join('')
  const parts = [cacheKey, command, variables, parent]
  return hash((files === '' ? parts : [...parts, files]).join(SEPARATOR))
}
