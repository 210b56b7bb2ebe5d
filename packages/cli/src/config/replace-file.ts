import { randomBytes } from 'node:crypto'
import { lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Replaces a file atomically: after a crash it has the old or the new content. A symbolic link
 * still points to the file.
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
    // The file does not exist yet. Any other problem is reported by the write.
    return false
  }
}
