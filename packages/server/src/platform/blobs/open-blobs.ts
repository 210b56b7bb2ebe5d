import { join } from 'node:path'
import type { DataDirectory } from '../data-directory/open-data-directory.ts'
import { type Settings, SettingsError } from '../settings/read-settings.ts'
import { type BlobStore, BlobStoreUnavailable, openDirectoryStore } from './blob-store.ts'
import type { BucketOptions } from './s3/bucket.ts'

export type BlobSettings = Pick<Settings, 'blobPlace' | 'blobEndpoint' | 'blobRegion' | 'blobPathStyle' | 'blobDirect'>

/** Opens the blob store of the settings. */
export async function openBlobs(
  { blobPlace: place, blobEndpoint: endpoint, blobRegion: region, blobPathStyle, blobDirect }: BlobSettings,
  directory: Pick<DataDirectory, 'path' | 'blobs'>,
  onCall?: BucketOptions['onCall'],
): Promise<BlobStore> {
  if (place?.kind !== 's3') return openDirectoryStore(place?.path ?? directory.blobs)
  // Loaded here, because a server with blobs in a directory does not need it.
  const { openS3Store } = await import('./s3/s3-store.ts')
  const pathStyle = blobPathStyle === null ? endpoint !== null : blobPathStyle === 'on'
  const drafts = join(directory.path, 'drafts')
  const direct = blobDirect === 'on'
  return openS3Store({ ...place, endpoint, region, pathStyle, direct, drafts, ...(onCall && { onCall }) })
}

/**
 * Opens the blob store of the settings, and tests it if it is S3. Throws a SettingsError if S3
 * refuses access, and calls `onAbsent` if it does not respond.
 */
export async function openUsableBlobs(
  settings: BlobSettings,
  directory: Pick<DataDirectory, 'path' | 'blobs'>,
  onAbsent: (error: BlobStoreUnavailable) => void,
  onCall?: BucketOptions['onCall'],
): Promise<BlobStore> {
  const store = await openBlobs(settings, directory, onCall)
  if (settings.blobPlace?.kind !== 's3') return store
  try {
    await tryOut(store)
  } catch (error) {
    if (!(error instanceof BlobStoreUnavailable)) throw error
    if (error.isRefusal) throw refused(error)
    onAbsent(error)
  }
  return store
}

/** Makes each kind of call once, so that a missing permission is noticed at the start. */
async function tryOut(store: BlobStore): Promise<void> {
  const writer = await store.create()
  await writer.write(Buffer.from('Written to try the store out.'))
  const name = await writer.finish()
  for await (const _ of store.open(name));
  for await (const _ of store.list()) break
  await store.removeUnfinished(new Date(0))
  await store.remove(name)
}

function refused(error: BlobStoreUnavailable): SettingsError {
  return new SettingsError(
    `HARMONT_BLOB_URL: expected a bucket that this server may use: ${error.message}. See "Blobs in S3" in docs/operating.md for its settings and permissions.`,
    { cause: error },
  )
}
