/** A blob store whose process dies between writing a blob and the row that refers to it. */
import type { BlobStore } from '../../platform/blobs/blob-store.ts'

/**
 * Returns a store that calls `die` with the name of its first blob, once the blob is on the disk.
 */
export function dyingStore(stored: BlobStore, die: (blob: string) => Promise<string>): BlobStore {
  return {
    ...stored,
    async create() {
      const writer = await stored.create()
      return {
        write: (bytes) => writer.write(bytes),
        abort: () => writer.abort(),
        finish: async () => die(await writer.finish()),
      }
    },
  }
}
