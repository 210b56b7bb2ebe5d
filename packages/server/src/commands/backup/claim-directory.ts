/** The data directory of a restore: empty before it, and empty again if it fails. */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type BlobStore, BlobStoreUnavailable } from '../../platform/blobs/blob-store.ts'
import { type BlobSettings, openBlobs } from '../../platform/blobs/open-blobs.ts'
import {
  type RestoreMark,
  readRestoreMark,
  removeRestoreMark,
  restoreMarkName,
  writeRestoreMark,
} from '../../platform/data-directory/restore-mark.ts'
import { stopPostmaster } from '../../platform/database/embedded/postmaster.ts'
import { blobPlace, formatBlobPlace } from '../../platform/settings/blob-settings.ts'
import { type Settings, SettingsError } from '../../platform/settings/read-settings.ts'

type ClaimSettings = BlobSettings & Pick<Settings, 'dataDirectory'>

export interface Claim {
  readonly mark: RestoreMark
  /** Marks the restore as complete. From then on the directory belongs to a server. */
  keep(): Promise<void>
  /** Removes everything that the restore has written. */
  giveUp(): Promise<void>
}

/** The root of a mounted file system contains `lost+found`. */
const notOurs: ReadonlySet<string> = new Set(['lost+found', restoreMarkName])

const stopMs = 10_000

/**
 * Marks a directory as the target of a restore. Removes the remains of a killed restore, and
 * refuses any other content.
 */
export async function claimDirectory(settings: ClaimSettings): Promise<Claim> {
  const { dataDirectory: path, blobPlace: place } = settings
  await requireClaimable(settings)
  await mkdir(path, { recursive: true, mode: 0o700 })
  const left = await readRestoreMark(path)
  if (left !== null) await clear(settings, left)
  const mark = { id: randomUUID(), blobUrl: place && formatBlobPlace(place) }
  await writeRestoreMark(path, mark)
  return {
    mark,
    async keep() {
      if ((await readRestoreMark(path))?.id !== mark.id)
        throw new SettingsError(`restore: another restore into ${path} is running. Run one at a time.`)
      await removeRestoreMark(path)
    },
    async giveUp() {
      await clear(settings, mark)
      await removeRestoreMark(path)
    },
  }
}

/** Fails unless the directory and the blob store are empty, or were left by a killed restore. */
export async function requireClaimable(settings: ClaimSettings): Promise<void> {
  const { dataDirectory: path, blobPlace: place } = settings
  const left = await readRestoreMark(path)
  if (left === null) await requireEmpty(path, 'HARMONT_DATA_DIR')
  if (place === null || left?.blobUrl === formatBlobPlace(place)) return
  if (place.kind === 'directory') return requireEmpty(place.path, 'HARMONT_BLOB_URL')
  for await (const { name } of blobsOf(await openBlobs(settings, { path, blobs: path })))
    throw new SettingsError(
      `HARMONT_BLOB_URL: expected a place without blobs to restore into, got ${formatBlobPlace(place)}, which has ${name}. Choose another prefix.`,
    )
}

/** Lists the blobs. Throws a SettingsError if the store is unavailable. */
async function* blobsOf(store: BlobStore): AsyncGenerator<{ readonly name: string }> {
  try {
    yield* store.list()
  } catch (error) {
    throw error instanceof BlobStoreUnavailable
      ? new SettingsError(`restore: ${error.message}.`, { cause: error })
      : error
  }
}

/**
 * Empties the directory and the blob store. Keeps the mark, so that the next restore may start
 * over.
 */
async function clear(settings: ClaimSettings, { blobUrl }: RestoreMark): Promise<void> {
  const { dataDirectory: path } = settings
  const blobs = blobUrl === null ? null : blobPlace(blobUrl)
  // A database that a killed restore started is still running.
  await stopPostmaster(join(path, 'database'), stopMs)
  if (blobs?.kind === 's3') {
    const store = await openBlobs({ ...settings, blobPlace: blobs }, { path, blobs: path })
    for await (const { name } of blobsOf(store)) await store.remove(name)
  }
  for (const directory of blobs?.kind === 'directory' ? [path, blobs.path] : [path])
    for (const name of await namesIn(directory)) await rm(join(directory, name), { recursive: true, force: true })
}

async function requireEmpty(path: string, setting: string): Promise<void> {
  const [name] = await namesIn(path)
  if (name !== undefined)
    throw new SettingsError(
      `${setting}: expected an empty directory to restore into, got ${path}, which contains \`${name}\`. Choose another directory, or move this one away.`,
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
