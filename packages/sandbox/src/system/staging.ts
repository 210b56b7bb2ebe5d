import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir } from 'node:fs/promises'
import path from 'node:path'
import { removeTree } from '../images/roots.ts'
import { type FileLock, lockFile } from './file-lock.ts'
import { isMissing } from './missing.ts'

/**
 * Runs `work` alone among all processes for this key, with an empty directory of its own. What a killed predecessor left there is removed
 * first; its children that still run hold the lock, so none of them writes or removes here any more.
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

/** Removes what killed processes left and nobody works on. */
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
