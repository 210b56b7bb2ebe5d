import { type Chunk, type LineIndex, LineIndexer, logRemoved } from '@harmont/logs'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { type ReadPacked, readBlob, readBlocks } from './packed-blocks.ts'
import { decodeIndex } from './packed-index.ts'
import type { PackedRow, Removal } from './packed-store.ts'

/** A packed log, which never changes. */
export interface PackedLog {
  readonly index: LineIndex
  /** Whether the log was removed; then it consists of one remark. */
  readonly isRemoved: boolean
  /** Reads chunks, as `LogReader.read` does. */
  read(after: number, maxBytes: number): Promise<readonly Chunk[]>
}

export async function openPacked(blobs: BlobStore, row: PackedRow): Promise<PackedLog> {
  const { index, packed } = await decodeIndex(row.index)
  const { lastSeq, bytes } = index
  const read = reader(blobs, row)
  return {
    index,
    isRemoved: false,
    read: (after, maxBytes) => readBlocks({ blocks: packed, lastSeq, bytes }, read, after, maxBytes),
  }
}

/** Returns a reader of the log's parts: first its blobs, then the bytes in its row, if any. */
function reader(blobs: BlobStore, { blob, small, parts }: PackedRow): ReadPacked {
  const names = parts ?? (blob === null ? [] : [blob])
  return async (part, start, end) => {
    const name = names[part]
    if (name !== undefined) return readBlob(blobs, name, start, end)
    if (small === null) throw new Error('a part of the packed log is neither in a blob nor in its row')
    return small.subarray(start, end)
  }
}

/**
 * Returns a removed log as shown to readers: one remark that reports the removal. The remark's seq
 * follows the last stored one, so that resuming readers get it and the log's entity tag changes.
 */
export function removedLog({ at, keptDays, lastSeq, bytes }: Removal): PackedLog {
  const content = Buffer.from(`${logRemoved(at, keptDays, bytes)}\n`)
  const remark: Chunk = { seq: lastSeq + 1, kind: 2, content, ts: BigInt(at.getTime()) * 1_000_000n }
  const indexer = new LineIndexer()
  indexer.push([remark])
  indexer.finish()
  return { index: indexer.index, isRemoved: true, read: async (after) => (after < remark.seq ? [remark] : []) }
}
