import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open } from 'node:fs/promises'
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
 * called exec. The file is never removed, because otherwise two processes could hold the lock.
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
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  const handle = await open(file, 'a', 0o600)
  try {
    // Node.js has no flock(2). The program flock locks the open file that it shares with this
    // process, and exits.
    const flock = spawn('flock', ['--exclusive', ...waiting(wait), '3'], {
      stdio: ['ignore', 'ignore', 'inherit', handle.fd],
    })
    const [code] = await once(flock, 'exit')
    if (code !== 0) {
      await handle.close()
      if (wait !== true && code === 1) return undefined
      throw new Error(`flock could not lock ${file}: exit ${code}`)
    }
  } catch (error) {
    await handle.close()
    throw error
  }
  return { fd: handle.fd, [Symbol.asyncDispose]: () => handle.close() }
}

function waiting(wait: boolean | number): readonly string[] {
  if (typeof wait === 'number' && wait > 0) return ['--timeout', String(wait / 1000)]
  return wait === true ? [] : ['--nonblock']
}
