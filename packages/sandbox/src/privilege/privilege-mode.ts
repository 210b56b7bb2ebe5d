import { readFileSync } from 'node:fs'
import process from 'node:process'
import type { NetworkMode } from '../sandbox-driver.ts'
import { isAbsent } from '../system/files.ts'
import { firstId, idCount } from './id-ranges.ts'

/**
 * The rights of this process on the machine, which determine how sandboxes are made. `root`: the
 * machine's root. `user`: an ordinary user, who cannot make sandboxes. `mapped`: an ordinary user
 * in the namespace of `enterNamespace`, who is root over the ids of sandboxes only.
 */
export type PrivilegeMode = { readonly kind: 'root' | 'user' } | { readonly kind: 'mapped'; readonly user: number }

/**
 * Returns the privilege mode of a user.
 * @param idMap the id map of this process's user namespace: lines of first id inside, first id
 * outside, count.
 */
export function privilegeModeOf(uid: number, idMap: string): PrivilegeMode {
  if (uid !== 0) return { kind: 'user' }
  const ranges = rangesOf(idMap)
  const own = ranges.find(({ inside, count }) => inside === 0 && count === 1)
  const hasSandboxes = ranges.some(({ inside, count }) => inside === firstId && count >= idCount)
  return own !== undefined && own.outside !== 0 && hasSandboxes
    ? { kind: 'mapped', user: own.outside }
    : { kind: 'root' }
}

interface Range {
  readonly inside: number
  readonly outside: number
  readonly count: number
}

function rangesOf(idMap: string): readonly Range[] {
  return idMap
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([inside = -1, outside = -1, count = 0]) => ({ inside, outside, count }))
}

/** The mode of this process, which never changes. */
export const privilegeMode: PrivilegeMode = privilegeModeOf(process.getuid?.() ?? -1, ownMap())

function ownMap(): string {
  try {
    return readFileSync('/proc/self/uid_map', 'utf8')
  } catch (error) {
    // Not Linux.
    if (isAbsent(error)) return ''
    throw error
  }
}

/**
 * Returns the features that sandboxes lack in this privilege mode compared with root's, one
 * sentence each.
 * @param requested network modes in order of preference.
 * @param given the available modes.
 */
export function shortcomingsOf(
  { kind }: PrivilegeMode,
  requested: readonly NetworkMode[],
  given: readonly NetworkMode[],
): readonly string[] {
  if (kind !== 'mapped') return []
  const limits = 'Memory and CPU time of steps are not limited: that needs a runner started by root.'
  const network =
    'Steps have no network: start the runner as root, or set HARMONT_SANDBOX_NETWORK=host to share the network of its user.'
  return requested[0] === 'egress' && given[0] === 'none' ? [limits, network] : [limits]
}
