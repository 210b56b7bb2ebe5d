import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir } from 'node:fs/promises'
import path from 'node:path'
import { removeTree } from '../images/roots.ts'
import { type FileLock, lockFile } from './file-lock.ts'
import { isMissing } from './missing.ts'

/**
 * Runs `work` under a lock for this key across processes, with an empty directory of its own. First
 * removes what a killed predecessor left there. Its children hold the lock while they run, so none
 * of them still writes there.
 */
export async function staged<T>(
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

/** Removes staging directories of killed processes that nobody works on. */
export async function removeAbandoned(store: string): Promise<void> {
  const names = await readdir(path.join(store, 'staging')).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  for (const name of names) {
    await using lock = await lockFile(path.join(store, 'locks', name), { wait: false })
    if (lock !== undefined) await removeTree(path.join(store, 'staging', name), lock.fd)
  }
}
