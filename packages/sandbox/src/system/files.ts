import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

// Small files on a local disk are read and written in place: the way to a worker thread and back costs ten times what the call
// does [0.1 and 0.01 ms], and there are dozens of them on a sandbox's way.

/** Writes a small file so that a reader sees the old or the new content, never a part, whatever happens in between. */
export function writeAtomically(path: string, content: string, mode = 0o600): void {
  const temporary = `${path}.${randomUUID()}`
  try {
    writeFileSync(temporary, content, { mode })
    renameSync(temporary, path)
  } catch (error) {
    // Of a full disk.
    rmSync(temporary, { force: true })
    throw error
  }
}

/** The text of a small file; undefined when there is none. */
export function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
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
