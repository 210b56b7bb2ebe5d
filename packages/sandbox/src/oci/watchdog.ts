import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Layout } from './layout.ts'

const script = fileURLToPath(new URL('watchdog.sh', import.meta.url))

/**
 * Sees to it that the watchdog of this directory runs; see watchdog.sh. Call it after the deadline is on disk. It costs one
 * short process when there is a watchdog already.
 */
export function ensureWatchdog(layout: Layout): void {
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      'exec 9>"$1"; flock --nonblock 9 || exit 0; exec /bin/sh "$2" "$3"',
      'sh',
      layout.watchdogLock,
      script,
      layout.root,
    ],
    {
      detached: true,
      stdio: 'ignore',
      cwd: '/',
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    },
  )
  child.unref()
}

/** What the watchdog reads of a sandbox: control group, disk limit, bytes used at the start. */
export function watchFile(group: string, diskBytes: number, usedBytes: number): string {
  return `${group}\n${Math.round(diskBytes)}\n${usedBytes}\n`
}
