import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SettingsError } from '../settings/read-settings.ts'
import { readRestoreMark } from './restore-mark.ts'
import { syncDirectory } from './sync-directory.ts'

/** Paths and secrets below the data directory. */
export interface DataDirectory {
  readonly path: string
  readonly database: string
  readonly secrets: string
  readonly blobs: string
  /** Files of the sandbox driver: images, snapshots, running sandboxes. */
  readonly sandboxes: string
  /**
   * Node's compile cache of the server's code, which halves the start and saves memory. It may be
   * removed, but must not be writable to others.
   */
  readonly compiled: string
  /** Reserved room for a full disk. */
  readonly ballast: string
  /** Returns the secret of that name, which is generated on first use. */
  secret(name: string): Promise<string>
}

/**
 * Opens the data directory, which is created if absent. Throws a SettingsError if it cannot be
 * used, or if a restore into it did not finish.
 */
export async function openDataDirectory(path: string): Promise<DataDirectory> {
  const directory = await makeDataDirectory(path)
  if ((await readRestoreMark(path)) !== null)
    throw new SettingsError(
      `HARMONT_DATA_DIR: a restore into ${path} did not finish. Run \`npm start -- restore FILE\` again, which starts over, or remove the directory.`,
    )
  return directory
}

/** Opens the data directory for a restore. */
export async function makeDataDirectory(path: string): Promise<DataDirectory> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new SettingsError(
      `HARMONT_DATA_DIR: expected a directory that this user can write to, got ${path} (${cause}).`,
    )
  }
  const secrets = join(path, 'secrets')
  await mkdir(secrets, { recursive: true, mode: 0o700 })
  return {
    path,
    database: join(path, 'database'),
    secrets,
    blobs: join(path, 'blobs'),
    sandboxes: join(path, 'sandboxes'),
    compiled: join(path, 'compiled'),
    ballast: join(path, 'ballast'),
    secret: (name) => generatedSecret(secrets, name),
  }
}

/**
 * Returns 32 random bytes as base64url from a file of that name, mode 0600. They are generated
 * once, even if several processes call this at the same time.
 */
export async function generatedSecret(directory: string, name: string): Promise<string> {
  const path = join(directory, name)
  const found = await readSecret(path)
  if (found !== undefined) return found
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(randomBytes(32).toString('base64url'))
    await file.sync()
    // Unlike rename, link does not replace the file of a faster process.
    await link(draft, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await file.close()
    await rm(draft, { force: true })
  }
  await syncDirectory(directory)
  const made = await readSecret(path)
  if (made === undefined) throw new Error(`${path} disappeared while it was created`)
  return made
}

async function readSecret(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
