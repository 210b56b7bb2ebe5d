import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { isAbsent } from '../system/files.ts'
import { type BlobDigest, SavedCacheError } from './saved-manifest.ts'

export function blobFile(target: string, digest: BlobDigest): string {
  return join(target, 'blobs', 'sha256', digest.slice('sha256:'.length))
}

/** Throws SavedCacheError if the blob is missing or does not match its digest. */
export async function verifyBlob(from: string, digest: BlobDigest): Promise<void> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(blobFile(from, digest), { highWaterMark: 1024 * 1024 }))
      hash.update(chunk)
  } catch (error) {
    if (isAbsent(error)) throw new SavedCacheError(`the blob ${digest} is missing`, { cause: error })
    throw error
  }
  const found = `sha256:${hash.digest('hex')}`
  if (found !== digest)
    throw new SavedCacheError(`the blob ${digest} is damaged or was modified: its digest is ${found}`)
}
