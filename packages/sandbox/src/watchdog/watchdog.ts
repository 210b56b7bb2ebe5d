import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findCgroupHome, type Groups } from '../cgroups/home.ts'
import type { Layout } from '../layout/layout.ts'
import type { Limits, NetworkMode } from '../sandbox-driver.ts'
import { hasCode, readIfPresent } from '../system/files.ts'
import { helperEnvironment } from '../system/machine.ts'

const script = fileURLToPath(new URL('watchdog.sh', import.meta.url))

/**
 * Ensures that this directory's watchdog is running; see watchdog.sh. Call it after writing the
 * deadline: a watchdog that is about to end first removes its pid file and then scans again.
 */
export async function ensureWatchdog(layout: Layout): Promise<void> {
  if (await isWatched(layout)) return
  const home = findCgroupHome()
  const child = spawn(
    '/bin/sh',
    // Waits for a watchdog that is ending or starting. Moves the watchdog out of the service's
    // group, so that stopping the service does not end it while commands run elsewhere. On other
    // machines the kernel refuses the move.
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
      env: helperEnvironment,
    },
  )
  child.unref()
  // Rejects if the watchdog could not be started.
  await once(child, 'spawn')
}

async function isWatched(layout: Layout): Promise<boolean> {
  const pid = readIfPresent(layout.watchdogPid)?.trim()
  if (pid === undefined || !/^\d+$/.test(pid)) return false
  try {
    // The process id may have been reused.
    return readIfPresent(`/proc/${pid}/cmdline`)?.includes(`${script}\0${layout.root}\0`) ?? false
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false
    throw error
  }
}

export interface Watched {
  /**
   * The command's control group, and the groups that count its processes and processor time; null
   * for an ordinary user.
   */
  readonly group: string
  readonly counted: { readonly pids: string; readonly cpu: string } | null
  readonly diskBytes: number
  /** Bytes in use on the whole file system when the command started. */
  readonly usedBytes: number
  readonly sockets: SocketLimit
}

/**
 * The limit of socket memory that is charged to no control group, in bytes, 0 for none; and the
 * file with the memory of TCP and UDP, '' for none.
 */
export interface SocketLimit {
  readonly bytes: number
  readonly transport: string
  readonly network: NetworkMode
}

/** Returns the watchdog's input for a sandbox. */
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

/**
 * Returns a limit of half of the command's memory limit. If TCP and UDP are counted separately,
 * they have a limit of a quarter.
 */
export function socketLimit({ memory, flavour }: Groups, limits: Limits, network: NetworkMode): SocketLimit {
  return {
    // An ordinary user cannot limit memory.
    bytes: flavour === 'pid' ? 0 : limits.memoryBytes / 2,
    transport: flavour === 'hybrid' ? join(memory, 'memory.kmem.tcp.usage_in_bytes') : '',
    network,
  }
}
