import { constants } from 'node:fs'
import { type FileHandle, lstat, open } from 'node:fs/promises'
import { isAbsent } from '../system/files.ts'

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants

/**
 * Reads a regular file in a merged view; returns undefined if it is absent. Fails if any part of
 * the path is a link, which could lead out of the view.
 * @param path absolute, as seen inside.
 */
export async function readFromView(root: string, path: string, maxBytes: number): Promise<Buffer | undefined> {
  const names = namesOf(path)
  try {
    await using directory = await directoryOf(root, names.slice(0, -1))
    const file = await open(inside(directory, names.at(-1) ?? ''), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      const stats = await file.stat()
      if (!stats.isFile()) throw new Error(`${path} is not a regular file`)
      if (stats.size > maxBytes) throw new Error(`${path} has ${stats.size} bytes, more than ${maxBytes}`)
      return await file.readFile()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

export function namesOf(path: string): readonly string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  if (names.includes('..')) throw new Error(`${path} must not contain ..`)
  return names
}

/** Opens each directory relative to its parent, because names may be replaced meanwhile. */
export async function directoryOf(root: string, names: readonly string[]): Promise<FileHandle> {
  let directory = await open(root, O_RDONLY | O_DIRECTORY)
  for (const name of names) {
    await using parent = directory
    const entry = inside(parent, name)
    if ((await lstat(entry)).isSymbolicLink()) throw new Error(`${names.join('/')} goes through a symbolic link`)
    directory = await open(entry, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  }
  return directory
}

/** Returns the path of an entry in an open directory. Node.js has no openat. */
function inside(directory: FileHandle, name: string): string {
  return `/proc/self/fd/${directory.fd}/${name}`
}
