import type { BlobStore } from '../../platform/blobs/index.ts'
import { ApiError, type UploadedSource } from '../../platform/http/index.ts'

/** Runs `work`, and removes the archive that came with the request when that refused the request without making a build of it. */
export async function keepOnlyIfUsed<T>(
  blobs: BlobStore,
  source: UploadedSource | null,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    // After a fault of ours nobody knows whether the build exists: then the sweep decides.
    const isRefused = error instanceof ApiError && error.status < 500 && error.details.build === undefined
    if (isRefused && source?.blob) await blobs.remove(source.blob)
    throw error
  }
}
