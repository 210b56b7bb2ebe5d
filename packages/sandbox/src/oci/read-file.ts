import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { isAbsent } from './files.ts'

/**
 * A regular file in a merged view, undefined when absent. A link anywhere on the way is an error: it would lead out of the view.
 * @param path absolute, as seen inside.
 */
export async function readFromView(root: string, path: string, maxBytes: number): Promise<Buffer | undefined> {
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  if (names.includes('..')) throw new Error(`${path} must not contain ..`)
  try {
    let directory = root
    for (const name of names.slice(0, -1)) {
      directory += `/${name}`
      if ((await lstat(directory)).isSymbolicLink()) throw new Error(`${path} goes through a symbolic link`)
    }
    const file = await open(
      `${directory}/${names.at(-1)}`,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    )
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
