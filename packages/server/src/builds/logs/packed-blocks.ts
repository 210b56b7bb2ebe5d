/** Chunks in compressed blocks, one after the other: of a packed log, or of a segment. */
import { buffer } from 'node:stream/consumers'
import { zstdDecompressSync } from 'node:zlib'
import { blockOfSeq, type Chunk, decodeSegment, type LogBlock, segmentSize } from '@harmont/logs'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'

export interface PackedBlocks {
  readonly blocks: readonly Pick<LogBlock, 'seq' | 'offset'>[]
  /** The end of each block in the packed bytes. */
  readonly ends: readonly number[]
  readonly lastSeq: number
  /** Counts the output, without remarks. */
  readonly bytes: number
}

/** Reads from `start` to before `end` of the packed bytes. */
export type ReadPacked = (start: number, end: number) => Promise<Buffer>

/** Reads chunks, as `LogReader.read` does: from the blocks that have them, and no others. */
export async function readBlocks(
  { blocks, ends, lastSeq, bytes }: PackedBlocks,
  read: ReadPacked,
  after: number,
  maxBytes: number,
): Promise<readonly Chunk[]> {
  if (after >= lastSeq) return []
  const first = blockOfSeq(blocks, after + 1)
  let last = first
  const from = blocks[first]?.offset ?? 0
  while (last + 1 < blocks.length && (blocks[last + 2]?.offset ?? bytes) - from <= maxBytes) last++
  const start = ends[first - 1] ?? 0
  const packed = await read(start, ends[last] ?? start)
  const chunks = blocks.slice(first, last + 1).flatMap(({ seq, offset }, turn) => {
    const part = packed.subarray((ends[first + turn - 1] ?? 0) - start, (ends[first + turn] ?? 0) - start)
    const next = blocks[first + turn + 1] ?? { seq: lastSeq + 1, offset: bytes }
    return decodeSegment(unpack(part, segmentSize(next.seq - seq, next.offset - offset)), seq)
  })
  return atMost(chunks, after, maxBytes)
}

/** Reads a part of a blob. Throws for one that ends before it. */
export function blobReader(blobs: BlobStore, blob: string): ReadPacked {
  return async (start, end) => {
    const read = await buffer(blobs.open(blob, { start, end }))
    if (read.length !== end - start) throw new Error(`the blob ${blob} of a log is truncated`)
    return read
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
