/** The data directory of a restore: empty before it, and empty again if it fails. */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type RestoreMark,
  readRestoreMark,
  removeRestoreMark,
  restoreMarkName,
  writeRestoreMark,
} from '../../platform/data-directory/restore-mark.ts'
import { stopPostmaster } from '../../platform/database/embedded/postmaster.ts'
import { SettingsError } from '../../platform/settings/read-settings.ts'

export interface Claim {
  readonly mark: RestoreMark
  /** Marks the restore as complete. The directory belongs to a server from now on. */
  keep(): Promise<void>
  /** Removes everything that the restore has put there. */
  giveUp(): Promise<void>
}

/** A mounted disk has this directory. */
const notOurs: ReadonlySet<string> = new Set(['lost+found', restoreMarkName])

const stopMs = 10_000

/**
 * Marks a directory as the target of a restore. Removes what a killed restore left there, and
 * refuses anything else.
 */
export async function claimDirectory(path: string, blobDirectory: string | null): Promise<Claim> {
  await requireClaimable(path, blobDirectory)
  await mkdir(path, { recursive: true, mode: 0o700 })
  const left = await readRestoreMark(path)
  if (left !== null) await clear(path, left)
  const mark = { id: randomUUID(), blobDirectory }
  await writeRestoreMark(path, mark)
  return {
    mark,
    async keep() {
      if ((await readRestoreMark(path))?.id !== mark.id)
        throw new SettingsError(`restore: another restore into ${path} is running. Run one at a time.`)
      await removeRestoreMark(path)
    },
    async giveUp() {
      await clear(path, mark)
      await removeRestoreMark(path)
    },
  }
}

/** Fails unless the directory is empty or was left by a killed restore. */
export async function requireClaimable(path: string, blobDirectory: string | null): Promise<void> {
  const left = await readRestoreMark(path)
  if (left === null) await requireEmpty(path, 'HARMONT_DATA_DIR')
  if (blobDirectory !== null && left?.blobDirectory !== blobDirectory)
    await requireEmpty(blobDirectory, 'HARMONT_BLOB_URL')
}

/** Keeps the mark, and with it the right to start over. */
async function clear(path: string, { blobDirectory }: RestoreMark): Promise<void> {
  // A database that a killed restore started is still running.
  await stopPostmaster(join(path, 'database'), stopMs)
  for (const directory of blobDirectory === null ? [path] : [path, blobDirectory])
    for (const name of await namesIn(directory)) await rm(join(directory, name), { recursive: true, force: true })
}

async function requireEmpty(path: string, setting: string): Promise<void> {
  const [name] = await namesIn(path)
  if (name !== undefined)
    throw new SettingsError(
      `${setting}: expected an empty directory to restore into, got ${path}, which contains \`${name}\`. Choose another directory, or move that one away.`,
    )
}

async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return (await readdir(path)).filter((name) => !notOurs.has(name))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
