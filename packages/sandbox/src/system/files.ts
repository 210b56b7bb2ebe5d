import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

// Small local files are read and written synchronously: a round trip to a worker thread costs ten
// times the call itself [0.1 and 0.01 ms], and starting a sandbox needs dozens.

/** Writes a small file atomically: a reader sees the old or the new content. */
export function writeAtomically(path: string, content: string, mode = 0o600): void {
  const temporary = `${path}.${randomUUID()}`
  try {
    writeFileSync(temporary, content, { mode })
    renameSync(temporary, path)
  } catch (error) {
    // The disk was full.
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Returns the text of a small file; undefined if it is absent. */
export function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

/**
 * Returns whether a file operation failed because the file is gone. ENODEV: a removed control
 * group. ESRCH: a process that has ended.
 */
export function isAbsent(error: unknown): boolean {
  return hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR') || hasCode(error, 'ENODEV')
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
