import { readFileSync, writeFileSync } from 'node:fs'
import { privilegeMode } from '../privilege/privilege-mode.ts'

/**
 * Kernel limits that are counted per user of the machine. Sandboxes may share a user, and inotify
 * is counted for the machine's root, so one sandbox could exhaust them for all. The counted memory
 * is also charged to the sandbox's memory limit, so these resources need no limit of their own.
 */
const bounds: Readonly<Record<string, string>> = {
  '/proc/sys/fs/inotify/max_user_instances': '2147483647',
  '/proc/sys/fs/inotify/max_user_watches': '2147483647',
  '/proc/sys/fs/epoll/max_user_watches': '1099511627776',
  '/proc/sys/fs/file-max': '9223372036854775807',
  '/proc/sys/fs/aio-max-nr': '1099511627776',
  // Zero means unlimited.
  '/proc/sys/fs/pipe-user-pages-soft': '0',
  // Each sandbox's devpts has its own limit; this limit is for all sandboxes together.
  '/proc/sys/kernel/pty/max': '1048576',
}

/**
 * Lifts the limits for the whole machine. An ordinary user cannot lift them, and shares them only
 * with their own processes.
 */
export function liftSharedLimits(): void {
  if (privilegeMode.kind === 'mapped') return
  for (const [path, value] of Object.entries(bounds))
    if (readFileSync(path, 'utf8').trim() !== value) writeFileSync(path, value)
}

/**
 * Resources that the kernel counts per user and does not fully charge as memory, with their
 * maximum.
 */
const bounded = {
  // Timers count as pending signals.
  RLIMIT_SIGPENDING: { named: 'Max pending signals', most: 16_384 },
  RLIMIT_MSGQUEUE: { named: 'Max msgqueue size', most: 819_200 },
  RLIMIT_NOFILE: { named: 'Max open files', most: 65_536 },
} as const

let found: readonly { readonly type: string; readonly soft: number; readonly hard: number }[] | undefined

/**
 * Returns these limits as `process.rlimits`. They never exceed this process's own limits, which an
 * ordinary user cannot raise.
 */
export function countedLimits(): NonNullable<typeof found> {
  found ??= Object.entries(bounded).map(([type, { named, most }]) => {
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
