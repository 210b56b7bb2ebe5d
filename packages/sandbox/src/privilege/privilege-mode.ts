import { readFileSync } from 'node:fs'
import process from 'node:process'
import { isAbsent } from '../system/files.ts'
import { firstId, idCount } from './id-range.ts'

/**
 * The rights of this process on the machine, which determine how sandboxes are made. `root`: the
 * machine's root. `user`: an ordinary user, who can make none. `mapped`: an ordinary user in the
 * namespace of `enterNamespace`, root over the ids of sandboxes only.
 */
export type Footing = { readonly kind: 'root' | 'user' } | { readonly kind: 'mapped'; readonly user: number }

/**
 * @param idMap the id map of this process's user namespace: lines of first id inside, first id
 * outside, count.
 */
export function footingOf(uid: number, idMap: string): Footing {
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
export const footing: Footing = footingOf(process.getuid?.() ?? -1, ownMap())

function ownMap(): string {
  try {
    return readFileSync('/proc/self/uid_map', 'utf8')
  } catch (error) {
    // Not Linux.
    if (isAbsent(error)) return ''
    throw error
  }
}
