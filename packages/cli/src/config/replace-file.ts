import { randomBytes } from 'node:crypto'
import { lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Replaces a file in one step, so that a crash leaves the old one or the new one; a symbolic link
 * keeps leading to it.
 */
export async function replaceFile(
  file: string,
  text: string,
  modes: { file: number; directory: number },
): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: modes.directory })
  const target = (await isLink(file)) ? await realpath(file) : file
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const handle = await open(temporary, 'wx', modes.file)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function isLink(file: string): Promise<boolean> {
  try {
    return (await lstat(file)).isSymbolicLink()
  } catch {
    // There is no file yet. Any other problem appears when it is written.
    return false
  }
}
