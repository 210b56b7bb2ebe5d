/**
 * The mark of a data directory into which a backup is being restored. It is written first and
 * removed last.
 */
import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncDirectory } from './sync-directory.ts'

export const restoreMarkName = 'restoring'

export interface RestoreMark {
  /** Identifies the restore. The database contains this id once the restore has finished. */
  readonly id: string
  /** The blob store, in the form of HARMONT_BLOB_URL; null: below the data directory. */
  readonly blobUrl: string | null
}

/** Returns the mark of a directory; null without one. */
export async function readRestoreMark(path: string): Promise<RestoreMark | null> {
  try {
    // Earlier releases wrote the path of a directory.
    const mark = JSON.parse(await readFile(join(path, restoreMarkName), 'utf8')) as RestoreMark & {
      readonly blobDirectory?: string | null
    }
    return { id: mark.id, blobUrl: mark.blobUrl ?? mark.blobDirectory ?? null }
  } catch (error) {
    // A partial mark: the restore was killed while it wrote it, before anything else.
    if (error instanceof SyntaxError) return { id: '', blobUrl: null }
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** Writes or replaces the mark, which is on disk when this resolves. */
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

/** Removes the mark: the restore is complete, or undone. */
export async function removeRestoreMark(path: string): Promise<void> {
  await rm(join(path, restoreMarkName), { force: true })
  await syncDirectory(path)
}
