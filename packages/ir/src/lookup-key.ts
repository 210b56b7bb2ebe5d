import { hash, SEPARATOR } from './hash.ts'
import { compareText } from './text-order.ts'

export interface LookupParts {
  readonly cacheKey: string
  readonly command: string
  /** The node's env overlaid by the build's; no injected variables, no secret values. */
  readonly env: Readonly<Record<string, string>>
  /** L of the `builds_in` parent, '' for a root. */
  readonly parent: string
}

/** The key L (`sdk-cli.md` 2.5) under which the engine looks a cached step up, as hex SHA-256. */
export function lookupKey({ cacheKey, command, env, parent }: LookupParts): string {
  const variables = Object.keys(env)
    .sort(compareText)
    .map((name) => `${name}=${env[name]}${SEPARATOR}`)
    .join('')
  return hash([cacheKey, command, variables, parent].join(SEPARATOR))
}
