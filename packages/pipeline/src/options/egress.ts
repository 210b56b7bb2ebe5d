import { hostPattern } from '@harmont/ir'
import { listOf, wrongUse } from '../wrong-use.ts'

/**
 * The hosts that a step may reach: `registry.npmjs.org`, `*.example.com`, `github.com:22`. `[]`
 * allows none; `observe` allows all, and records them for a list.
 */
export type Egress = readonly string[] | 'observe'

const MAX_HOSTS = 100

export function egressOf(where: string, value: unknown): Egress {
  return value === 'observe' ? value : hostsOf(where, value)
}

export function hostsOf(where: string, value: unknown): readonly string[] {
  return listOf(where, value, (host) => hostOf(where, host), MAX_HOSTS)
}

function hostOf(where: string, value: unknown): string {
  if (typeof value === 'string' && hostPattern(value) !== undefined) return value
  const expected = 'a host such as "registry.npmjs.org", "*.example.com" or "github.com:22"'
  throw wrongUse(where, expected, value, 'Name a host, without a scheme or a path. Addresses cannot be listed.')
}
