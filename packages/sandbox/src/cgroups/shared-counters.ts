import { readFileSync, writeFileSync } from 'node:fs'
import { footing } from '../privilege/privilege-mode.ts'

/**
 * Counts that the kernel keeps for each user of the machine: root of all sandboxes is one there, and those of inotify are even the machine's root's. One
 * sandbox could use them up for all, and for us. What is counted is also counted as the sandbox's memory, which is limited, so they need no bound.
 */
const bounds: Readonly<Record<string, string>> = {
  '/proc/sys/fs/inotify/max_user_instances': '2147483647',
  '/proc/sys/fs/inotify/max_user_watches': '2147483647',
  '/proc/sys/fs/epoll/max_user_watches': '1099511627776',
  '/proc/sys/fs/file-max': '9223372036854775807',
  '/proc/sys/fs/aio-max-nr': '1099511627776',
  // Zero is none here.
  '/proc/sys/fs/pipe-user-pages-soft': '0',
  // A sandbox's own file system of terminals has a bound; the machine's is for all together.
  '/proc/sys/kernel/pty/max': '1048576',
}

/** Takes their bounds away, for the whole machine; who may not do that shares them with nobody but itself. */
export function unboundSharedCounters(): void {
  if (footing.kind === 'mapped') return
  for (const [path, value] of Object.entries(bounds))
    if (readFileSync(path, 'utf8').trim() !== value) writeFileSync(path, value)
}
