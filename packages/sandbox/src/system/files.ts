import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

// Small local files are read and written synchronously, because starting a sandbox needs dozens of
// calls. A round trip to a worker thread costs ten times as much as the call itself [0.1 and 0.01
// ms].

/**
 * Maximum length of a path in a system call, in bytes. A step may nest directories deeper, with
 * relative paths.
 */
export const longestPath = 4_095

/** Writes a small file atomically: a reader sees either the old or the new content. */
export function writeAtomically(path: string, content: string, mode = 0o600): void {
  const temporary = `${path}.${randomUUID()}`
  try {
    writeFileSync(temporary, content, { mode })
    renameSync(temporary, path)
  } catch (error) {
    // The disk may be full.
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

/** Awaits a file operation; returns undefined if the file is absent. */
export async function ifPresent<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

/** Reads a JSON file; returns undefined if it is absent or damaged. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  const text = await ifPresent(readFile(path, 'utf8'))
  return text === undefined ? undefined : parseJson(text)
}

/** Parses JSON; returns undefined for damaged text. */
export function parseJson<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T
  } catch {
    return undefined // JSON.parse only throws for invalid text.
  }
}

/**
 * Returns whether a file operation failed because the file does not exist. ENODEV: a removed
 * control group. ESRCH: a process that has ended.
 */
export function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ENODEV', 'ESRCH'].some((code) => hasCode(error, code))
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
