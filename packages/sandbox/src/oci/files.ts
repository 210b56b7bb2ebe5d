import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

// Small files on a local disk are read and written in place: the way to a worker thread and back costs ten times what the call
// does [0.1 and 0.01 ms], and there are dozens of them on a sandbox's way.

/** Writes a small file so that a reader sees the old or the new content, never a part, whatever happens in between. */
export function writeAtomically(path: string, content: string, mode = 0o600): void {
  const temporary = `${path}.${randomUUID()}`
  writeFileSync(temporary, content, { mode })
  renameSync(temporary, path)
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

/**
 * Removes a directory and all below it by first giving it a name in `trash`, so that a crash in the middle
 * leaves nothing under the old name. What is left in `trash` goes with the next start of the driver.
 * @param large directories in it that may hold very many files.
 */
export async function removeTree(path: string, trash: string, large: readonly string[]): Promise<void> {
  const doomed = join(trash, randomUUID())
  try {
    renameSync(path, doomed)
  } catch (error) {
    if (isAbsent(error)) return
    throw error
  }
  // `rm` is several times faster than the same done from here, and nothing else stands still meanwhile.
  const full = large
    .map((name) => join(doomed, name))
    .filter((directory) => existsSync(directory) && !removeIfEmpty(directory))
  if (full.length > 0) await run('rm', ['--recursive', '--force', '--', ...full])
  rmSync(doomed, { recursive: true, force: true })
}

function removeIfEmpty(directory: string): boolean {
  if (readdirSync(directory).length > 0) return false
  rmdirSync(directory)
  return true
}
