/** A blob store that waits, or whose process dies, between writing a blob and the row for it. */
import type { BlobStore } from '../../platform/blobs/blob-store.ts'

/** Returns a store that calls `then` with the name of each blob, once the blob is on the disk. */
export function delayedStore(stored: BlobStore, then: (blob: string) => Promise<string>): BlobStore {
  return {
    ...stored,
    async create() {
      const writer = await stored.create()
      return {
        write: (bytes) => writer.write(bytes),
        abort: () => writer.abort(),
        finish: async () => then(await writer.finish()),
      }
    },
  }
}
