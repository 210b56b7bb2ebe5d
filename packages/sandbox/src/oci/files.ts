import { randomUUID } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'

/** Writes a file so that a reader sees the old or the new content, never a part, whatever happens in between. */
export async function writeAtomically(path: string, content: string, mode = 0o600): Promise<void> {
  const temporary = `${path}.${randomUUID()}`
  await writeFile(temporary, content, { mode })
  await rename(temporary, path)
}

/** The text of a file; undefined when there is none. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

/** Whether a file system call failed because the thing is not there (any more). ENODEV: a control group that was removed meanwhile. */
export function isAbsent(error: unknown): boolean {
  return hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR') || hasCode(error, 'ENODEV')
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/**
 * Removes a directory and all below it by first giving it a name in `trash`, so that a crash in the middle
 * leaves nothing under the old name. What is left in `trash` goes with the next start of the driver.
 */
export async function removeTree(path: string, trash: string): Promise<void> {
  const doomed = `${trash}/${randomUUID()}`
  try {
    await rename(path, doomed)
  } catch (error) {
    if (isAbsent(error)) return
    throw error
  }
  await rm(doomed, { recursive: true, force: true, maxRetries: 3 })
}
