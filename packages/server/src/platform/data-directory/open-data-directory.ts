import { constants } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { SettingsError } from '../settings/read-settings.ts'
import { generatedSecret } from './generated-secret.ts'
import { readRestoreMark } from './restore-mark.ts'

/** Places and secrets below the data directory. */
export interface DataDirectory {
  readonly path: string
  readonly database: string
  readonly secrets: string
  readonly blobs: string
  /** What the sandbox driver keeps: images, snapshots, running sandboxes. */
  readonly sandboxes: string
  /** Node's compiled form of our own code: it starts twice as fast and takes less memory. Nobody else may write there, and it may be removed. */
  readonly compiled: string
  /** Room that is held for when there is no other. */
  readonly ballast: string
  /** Gives the secret of that name, made at the first call ever. */
  secret(name: string): Promise<string>
}

/**
 * Makes the directory when it is absent. Fails with a sentence that names the setting when it cannot be used, or when a backup was to be restored into it and
 * is not there as a whole.
 */
export async function openDataDirectory(path: string): Promise<DataDirectory> {
  const directory = await makeDataDirectory(path)
  if ((await readRestoreMark(path)) !== null)
    throw new SettingsError(
      `HARMONT_DATA_DIR: a restore into ${path} did not finish. Run \`npm start -- restore FILE\` again, which starts over, or remove the directory.`,
    )
  return directory
}

/** The same for whoever restores. */
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
