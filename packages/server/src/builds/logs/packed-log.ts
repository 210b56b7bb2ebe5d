import { buffer } from 'node:stream/consumers'
import { zstdDecompressSync } from 'node:zlib'
import {
  blockOfSeq,
  type Chunk,
  decodeSegment,
  type LineIndex,
  LineIndexer,
  logRemoved,
  segmentSize,
} from '@harmont/logs'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { decodeIndex } from './packed-index.ts'
import type { PackedRow, Removal } from './packed-store.ts'

/** A packed log, which never changes. */
export interface PackedLog {
  readonly index: LineIndex
  /** The log was removed: only a remark is left of it. */
  readonly isRemoved: boolean
  /** Reads chunks, as `LogReader.read` does. */
  read(after: number, maxBytes: number): Promise<readonly Chunk[]>
}

export async function openPacked(blobs: BlobStore, { blob, small, index: encoded }: PackedRow): Promise<PackedLog> {
  const { index, ends } = await decodeIndex(encoded)
  const { blocks, bytes } = index
  const packedBytes = async (start: number, end: number) => {
    if (small !== null) return small.subarray(start, end)
    if (blob === null) throw new Error('expected a packed log to have its bytes somewhere')
    const read = await buffer(blobs.open(blob, { start, end }))
    if (read.length !== end - start) throw new Error(`the blob ${blob} of a log is truncated`)
    return read
  }
  return {
    index,
    isRemoved: false,
    async read(after, maxBytes) {
      if (after >= index.lastSeq) return []
      const first = blockOfSeq(blocks, after + 1)
      let last = first
      const from = blocks[first]?.offset ?? 0
      while (last + 1 < blocks.length && (blocks[last + 2]?.offset ?? bytes) - from <= maxBytes) last++
      const start = ends[first - 1] ?? 0
      const packed = await packedBytes(start, ends[last] ?? start)
      const chunks = blocks.slice(first, last + 1).flatMap(({ seq, offset }, turn) => {
        const part = packed.subarray((ends[first + turn - 1] ?? 0) - start, (ends[first + turn] ?? 0) - start)
        const next = blocks[first + turn + 1] ?? { seq: index.lastSeq + 1, offset: bytes }
        return decodeSegment(unpack(part, segmentSize(next.seq - seq, next.offset - offset)), seq)
      })
      return atMost(chunks, after, maxBytes)
    },
  }
}

/**
 * Decompresses a block, of about `size` bytes, in place and into one buffer: it takes less time than
 * the way to a thread and back, and there would be one for each 16 KiB.
 */
function unpack(block: Buffer, size: number): Buffer {
  return zstdDecompressSync(block, { chunkSize: size + remarkBytes })
}

/** Room for the remarks of a block, which its size does not count. More of them are copied once. */
const remarkBytes = 1024

/** Returns the chunks after a seq: at least one, and otherwise no more than so many bytes. */
function atMost(chunks: readonly Chunk[], after: number, maxBytes: number): readonly Chunk[] {
  const later = chunks.filter(({ seq }) => seq > after)
  let bytes = 0
  const tooMany = later.findIndex(({ content }, turn) => {
    bytes += content.length
    return turn > 0 && bytes > maxBytes
  })
  return tooMany === -1 ? later : later.slice(0, tooMany)
}

/**
 * Returns a removed log as readers get it: one remark, which says so. Its seq follows the last that
 * there was, so that a reader who resumes gets it, and the entity tag of the log is another one.
 */
export function removedLog({ at, keptDays, lastSeq, bytes }: Removal): PackedLog {
  const content = Buffer.from(`${logRemoved(at, keptDays, bytes)}\n`)
  const remark: Chunk = { seq: lastSeq + 1, kind: 2, content, ts: BigInt(at.getTime()) * 1_000_000n }
  const indexer = new LineIndexer()
  indexer.push([remark])
  indexer.finish()
  return { index: indexer.index, isRemoved: true, read: async (after) => (after < remark.seq ? [remark] : []) }
}
