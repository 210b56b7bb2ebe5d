/** Reads `egress`: the hosts that a step may reach (`ir.md` 1.9). */
import { hostPattern, hostText } from '../host-pattern.ts'
import type { Egress } from '../plan.ts'
import { describe } from './problems.ts'
import type { Reader } from './read.ts'

const MAX_PATTERNS = 100

/** Returns undefined for a step without `egress`. */
export function readEgress(reader: Reader, value: unknown, at: string): Egress | undefined {
  if (value === 'observe') return value
  return readHosts(reader, value, at, '"observe" or a list of hosts')
}

/** Reads a list of patterns into their short form, each once. */
export function readHosts(
  reader: Reader,
  value: unknown,
  at: string,
  expected = 'a list of hosts',
): readonly string[] | undefined {
  const hosts = reader.listOf(value, at, (entry, place) => readHost(reader, entry, place), {
    expected,
    fix: 'List hosts such as "registry.npmjs.org".',
    max: MAX_PATTERNS,
    of: 'hosts',
  })
  return hosts && [...new Set(hosts)]
}

function readHost(reader: Reader, value: unknown, at: string): string | undefined {
  const text = reader.text(value, at, { expected: 'a host', required: true })
  if (text === undefined) return undefined
  const pattern = hostPattern(text)
  if (pattern !== undefined) return hostText(pattern)
  const expected = 'a host such as "registry.npmjs.org", "*.example.com" or "github.com:22"'
  reader.limit(at, expected, describe(text), 'Name a host, without a scheme or a path. Addresses cannot be listed.')
  return undefined
}
