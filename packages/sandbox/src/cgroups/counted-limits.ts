import { readFileSync } from 'node:fs'

/** Bounds of resources that the kernel counts per user and does not fully charge as memory. */
const wished = {
  // Timers count as pending signals.
  RLIMIT_SIGPENDING: { named: 'Max pending signals', most: 16_384 },
  RLIMIT_MSGQUEUE: { named: 'Max msgqueue size', most: 819_200 },
  RLIMIT_NOFILE: { named: 'Max open files', most: 65_536 },
} as const

let found: readonly { readonly type: string; readonly soft: number; readonly hard: number }[] | undefined

/**
 * Returns `process.rlimits` for them. Never above this process's own limits, which an ordinary user
 * cannot raise.
 */
export function countedLimits(): NonNullable<typeof found> {
  found ??= Object.entries(wished).map(([type, { named, most }]) => {
    const limit = Math.min(most, ownHardLimit(named))
    return { type, soft: limit, hard: limit }
  })
  return found
}

function ownHardLimit(named: string): number {
  const line = readFileSync('/proc/self/limits', 'utf8')
    .split('\n')
    .find((text) => text.startsWith(named))
  const [, hard] = line?.slice(named.length).trim().split(/\s+/) ?? []
  if (hard === undefined) throw new Error(`/proc/self/limits has no line ${named}`)
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard)
}
