/** The mark of a data directory into which a backup is being restored. It is made before anything else and goes last. */
import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncDirectory } from './sync-directory.ts'

export const restoreMarkName = 'restoring'

export interface RestoreMark {
  /** By which the database tells whether this restore came to its end there. */
  readonly id: string
  /** Where its blobs go when that is not below the data directory. */
  readonly blobDirectory: string | null
}

/** The mark of a directory; null where there is none. */
export async function readRestoreMark(path: string): Promise<RestoreMark | null> {
  try {
    return JSON.parse(await readFile(join(path, restoreMarkName), 'utf8')) as RestoreMark
  } catch (error) {
    // Half of it: the restore ended while it wrote the mark, before it did anything else.
    if (error instanceof SyntaxError) return { id: '', blobDirectory: null }
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** Makes or replaces the mark; it is on the disk when this resolves. */
export async function writeRestoreMark(path: string, mark: RestoreMark): Promise<void> {
  const file = await open(join(path, restoreMarkName), 'w', 0o600)
  try {
    await file.writeFile(JSON.stringify(mark))
    await file.sync()
  } finally {
    await file.close()
  }
  await syncDirectory(path)
}

/** Takes the mark away: the directory is a server's from now on, or nobody's. */
export async function removeRestoreMark(path: string): Promise<void> {
  await rm(join(path, restoreMarkName), { force: true })
  await syncDirectory(path)
}
