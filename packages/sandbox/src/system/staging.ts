import { createHash } from 'node:crypto'
import { lstat, mkdir, mkdtemp, readdir, rmdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type FileLock, lockFile } from './file-lock.ts'
import { ifPresent, isAbsent } from './files.ts'
import { runTool } from './run-tool.ts'

const lockRemover = fileURLToPath(new URL('remove-locks.pl', import.meta.url))

/**
 * Runs `work` under a lock for this key across processes, with an empty directory of its own. First
 * removes files that a killed predecessor left there. The predecessor's children hold the lock
 * while they run, so none of them still writes there.
 */
export async function withStagingDirectory<T>(
  store: string,
  key: string,
  work: (directory: string, lock: FileLock) => Promise<T>,
): Promise<T> {
  const name = createHash('sha256').update(key).digest('hex').slice(0, 32)
  const parent = path.join(store, 'staging', name)
  await using lock = await lockFile(path.join(store, 'locks', name))
  await removeTree(parent, lock.fd)
  await mkdir(parent, { recursive: true, mode: 0o700 })
  const directory = await mkdtemp(path.join(parent, 'a-'))
  try {
    return await work(directory, lock)
  } finally {
    await removeTree(directory, lock.fd)
    await removeTree(parent, lock.fd)
  }
}

/**
 * Removes staging directories of killed processes, and all lock files, if they are not in use. Most
 * keys are used only once, and each has left a lock file.
 */
export async function removeAbandoned(store: string): Promise<void> {
  const names = (await ifPresent(readdir(path.join(store, 'staging')))) ?? []
  for (const name of names) {
    await using lock = await lockFile(path.join(store, 'locks', name), { wait: false })
    if (lock !== undefined) await removeTree(path.join(store, 'staging', name), lock.fd)
  }
  await runTool('perl', [lockRemover, path.join(store, 'locks')])
}

/**
 * Removes a directory. Uses rm, because Node.js's `rm` cannot remove names that are not UTF-8.
 * @param lockFd as for `runTool`.
 */
export async function removeTree(directory: string, lockFd?: number): Promise<void> {
  // Usually the directory is empty, and starting a program would take milliseconds of a build.
  if (await isGoneWhenEmpty(directory)) return
  const options = lockFd === undefined ? {} : { lockFd }
  await runTool('rm', ['-rf', '--one-file-system', '--', directory], options)
}

async function isGoneWhenEmpty(directory: string): Promise<boolean> {
  try {
    await rmdir(directory)
    return true
  } catch (error) {
    return isAbsent(error) && (await ifPresent(lstat(directory))) === undefined
  }
}
