/** The running PostgreSQL of a state directory, started by any process. */
import { once } from 'node:events'
import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Stage } from './stage.ts'

const maxLogBytes = 16 * 1024 * 1024

/**
 * Returns the process id in `postmaster.pid` if that process runs in this directory; otherwise
 * undefined.
 */
export async function runningPostmaster(state: string): Promise<number | undefined> {
  const data = join(state, 'data')
  const content = await unlessAbsent(readFile(join(data, 'postmaster.pid'), 'utf8'))
  const pid = Number(content?.split('\n')[0] ?? 0)
  if (!(pid > 0) || !isAlive(pid)) return undefined
  if (process.platform !== 'linux') return pid
  // Another process may have got the id since. PostgreSQL's working directory is its data
  // directory.
  const [its, ours] = await Promise.all([unlessAbsent(stat(`/proc/${pid}/cwd`)), stat(data)])
  return its?.ino === ours.ino && its.dev === ours.dev ? pid : undefined
}

async function unlessAbsent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // EACCES and ESRCH: a process of another user, or one that has just ended.
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ESRCH') return undefined
    throw error
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/**
 * Starts PostgreSQL so that it outlives this process. Returns the tail of its log, for a failed
 * start.
 */
export async function startPostmaster(stage: Stage, state: string): Promise<() => Promise<string>> {
  const logPath = join(state, 'postgres.log')
  const size = (await unlessAbsent(stat(logPath)))?.size ?? 0
  const log = await open(logPath, size > maxLogBytes ? 'w' : 'a', 0o600)
  try {
    const child = stage.spawn(
      'postgres',
      [
        '-D',
        `${stage.state}/data`,
        // The socket's path is relative to the data directory, so that it is short enough.
        // PostgreSQL does not listen on a network.
        ...setting('unix_socket_directories', '.'),
        ...setting('unix_socket_permissions', '0700'),
        ...setting('listen_addresses', ''),
        ...setting('max_connections', '100'),
        ...setting('dynamic_shared_memory_type', stage.sharedMemory),
        ...setting('jit', 'off'),
        ...setting('log_checkpoints', 'off'),
      ],
      { detached: true, stdio: ['ignore', log.fd, log.fd] },
    )
    await once(child, 'spawn')
    child.unref()
  } finally {
    await log.close()
  }
  return async () => (await readFile(logPath, 'utf8')).slice(-2000)
}

function setting(name: string, value: string): readonly [string, string] {
  return ['-c', `${name}=${value}`]
}

/** Stops PostgreSQL with all its connections ("fast") and waits at most `timeoutMs` for its end. */
export async function stopPostmaster(state: string, timeoutMs: number): Promise<void> {
  const pid = await runningPostmaster(state)
  if (pid === undefined) return
  process.kill(pid, 'SIGINT')
  const deadline = performance.now() + timeoutMs
  while (isAlive(pid)) {
    if (performance.now() > deadline)
      throw new Error(`the embedded PostgreSQL (pid ${pid}) did not stop within ${timeoutMs} ms`)
    await sleep(10)
  }
}
