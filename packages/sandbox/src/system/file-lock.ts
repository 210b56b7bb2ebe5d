import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fstatSync, mkdirSync, openSync, statSync } from 'node:fs'
import path from 'node:path'

export interface FileLock extends AsyncDisposable {
  /**
   * Pass it to child processes that write the files protected by the lock. The lock then lasts
   * until the last of them ends, even if this process is killed.
   */
  readonly fd: number
}

/**
 * Locks a file across processes. Waits without limit, for at most `wait` milliseconds, or not at
 * all if `wait` is false. Returns undefined if the lock is still taken. The kernel ties the lock to
 * the open file, so a killed holder releases it, at the latest when a child that it was forking has
 * called exec. Only a process that holds the lock may remove the file.
 */
export async function lockFile(file: string, options?: { readonly wait: true }): Promise<FileLock>
export async function lockFile(
  file: string,
  options: { readonly wait: boolean | number },
): Promise<FileLock | undefined>
export async function lockFile(
  file: string,
  { wait }: { readonly wait: boolean | number } = { wait: true },
): Promise<FileLock | undefined> {
  for (;;) {
    const lock = await lockNow(file, wait)
    // The previous holder may have removed the file, and another process may hold the next one.
    if (lock === undefined || hasName(lock.fd, file)) return lock
    await lock[Symbol.asyncDispose]()
  }
}

async function lockNow(file: string, wait: boolean | number): Promise<FileLock | undefined> {
  // Done at once, so that the program starts before other work of this process.
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const fd = openSync(file, 'a', 0o600)
  try {
    // Node.js has no flock(2). The program flock locks the open file that it shares with this
    // process, and exits.
    const flock = spawn('flock', ['--exclusive', ...waiting(wait), '3'], { stdio: ['ignore', 'ignore', 'inherit', fd] })
    const [code] = await once(flock, 'exit')
    if (code === 0) return new OpenLock(fd)
    if (wait === true || code !== 1) throw new Error(`flock could not lock ${file}: exit ${code}`)
  } catch (error) {
    closeSync(fd)
    throw error
  }
  closeSync(fd)
  return undefined
}

class OpenLock implements FileLock {
  readonly fd: number
  #isOpen = true

  constructor(fd: number) {
    this.fd = fd
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Once closed, the number may be another file's.
    if (this.#isOpen) closeSync(this.fd)
    this.#isOpen = false
  }
}

/** Returns whether an open file is the one at this path. */
function hasName(fd: number, file: string): boolean {
  const named = statSync(file, { bigint: true, throwIfNoEntry: false })
  const open = fstatSync(fd, { bigint: true })
  return named?.ino === open.ino && named.dev === open.dev
}

function waiting(wait: boolean | number): readonly string[] {
  if (typeof wait === 'number' && wait > 0) return ['--timeout', String(wait / 1000)]
  return wait === true ? [] : ['--nonblock']
}
