import { constants } from 'node:fs'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from './files.ts'

const refusals = ['ENOTSUP', 'EOPNOTSUPP', 'EINVAL', 'ENOSYS', 'ENOTTY', 'EXDEV']

/**
 * Returns whether copies below a directory share their content on disk (reflinks). Without them, an
 * overlay copies each lower file completely when it is opened for writing, for example a database
 * file.
 */
export async function hasReflinks(directory: string): Promise<boolean> {
  const folder = await mkdtemp(join(directory, 'reflinks-'))
  try {
    await writeFile(join(folder, 'one'), 'x'.repeat(4_096))
    await copyFile(join(folder, 'one'), join(folder, 'other'), constants.COPYFILE_FICLONE_FORCE)
    return true
  } catch (error) {
    if (refusals.some((code) => hasCode(error, code))) return false
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
