import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findCgroupHome, type Groups } from '../cgroups/cgroups.ts'
import type { Layout } from '../layout/layout.ts'
import type { Limits, NetworkMode } from '../sandbox-driver.ts'
import { hasCode, readIfPresent } from '../system/files.ts'

const script = fileURLToPath(new URL('watchdog.sh', import.meta.url))

/**
 * Sees to it that the watchdog of this directory runs; see watchdog.sh. Call it after the deadline is on disk: a watchdog that is
 * about to end takes its name away first and then looks once more.
 */
export async function ensureWatchdog(layout: Layout): Promise<void> {
  if (await isWatched(layout)) return
  const home = findCgroupHome()
  const child = spawn(
    '/bin/sh',
    // The wait is for one that is ending, or starting. Where the commands are not in the group of a service, what ends all in that group must not end their
    // watchdog; elsewhere the kernel refuses the move.
    [
      '-c',
      'exec 9>"$1"; flock --wait 5 9 || exit 0; [ -z "$4" ] || echo $$ >"$4/cgroup.procs"; exec /bin/sh "$2" "$3"',
      'sh',
      layout.watchdogLock,
      script,
      layout.root,
      home?.flavour === 'v2' ? home.unified : '',
    ],
    {
      detached: true,
      stdio: 'ignore',
      cwd: '/',
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    },
  )
  child.unref()
  // One that cannot be started says so by an event.
  await once(child, 'spawn')
}

async function isWatched(layout: Layout): Promise<boolean> {
  const pid = readIfPresent(layout.watchdogPid)?.trim()
  if (pid === undefined || !/^\d+$/.test(pid)) return false
  try {
    // The id may be another's by now.
    return readIfPresent(`/proc/${pid}/cmdline`)?.includes(`${script}\0${layout.root}\0`) ?? false
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false
    throw error
  }
}

export interface Watched {
  /** The control group of the command, and those that count its processes and its processor time; none of these for an ordinary user. */
  readonly group: string
  readonly counted: { readonly pids: string; readonly cpu: string } | null
  readonly diskBytes: number
  /** At the start, on the whole file system. */
  readonly usedBytes: number
  readonly sockets: SocketLimit
}

/** How much sockets may hold of memory that is counted as no group's, 0 for any; where the kernel says what TCP and UDP hold, '' for nowhere. */
export interface SocketLimit {
  readonly bytes: number
  readonly transport: string
  readonly network: NetworkMode
}

/** What the watchdog reads of a sandbox. */
export function watchFile({ group, counted, diskBytes, usedBytes, sockets }: Watched): string {
  const { bytes, transport, network } = sockets
  const lines = [
    group,
    Math.round(diskBytes),
    usedBytes,
    Math.round(bytes),
    transport,
    network,
    counted?.pids,
    counted?.cpu,
  ]
  return `${lines.join('\n')}\n`
}

/** Half of the memory that a command may have: a quarter is what TCP and UDP are limited to where that is counted apart. */
export function socketLimit({ memory, flavour }: Groups, limits: Limits, network: NetworkMode): SocketLimit {
  return {
    // An ordinary user limits no memory.
    bytes: flavour === 'pid' ? 0 : limits.memoryBytes / 2,
    transport: flavour === 'hybrid' ? join(memory, 'memory.kmem.tcp.usage_in_bytes') : '',
    network,
  }
}
