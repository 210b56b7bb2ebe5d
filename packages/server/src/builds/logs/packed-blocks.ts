/** Chunks in compressed blocks of a packed log or a segment. */
import { buffer } from 'node:stream/consumers'
import { zstdDecompressSync } from 'node:zlib'
import { blockOfSeq, type Chunk, decodeSegment, nextTurn, segmentSize } from '@harmont/logs'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'

/** Consecutive chunks, and their location. */
export interface PackedBlock {
  /** Seq of its first chunk. */
  readonly seq: number
  /** Number of bytes of output before it. */
  readonly offset: number
  /** The index of its part, from 0, and its position in that part. */
  readonly part: number
  readonly start: number
  readonly end: number
}

export interface PackedBlocks {
  readonly blocks: readonly PackedBlock[]
  readonly lastSeq: number
  /** Number of bytes of output, without remarks. */
  readonly bytes: number
}

/** Reads packed bytes from `start` to before `end` of a part. */
export type ReadPacked = (part: number, start: number, end: number) => Promise<Buffer>

/** Reads chunks like `LogReader.read`, from only the blocks that contain them. */
export async function readBlocks(
  packed: PackedBlocks,
  read: ReadPacked,
  after: number,
  maxBytes: number,
): Promise<readonly Chunk[]> {
  const { blocks, lastSeq, bytes } = packed
  if (after >= lastSeq) return []
  const from = blockOfSeq(blocks, after + 1)
  const wanted = blocks.slice(from, endOfRun(packed, from, maxBytes))
  const { part, start } = wanted[0] ?? { part: 0, start: 0 }
  const together = await read(part, start, wanted.at(-1)?.end ?? start)
  const chunks: Chunk[][] = []
  for (const [turn, block] of wanted.entries()) {
    // Otherwise, many concurrent readers of long logs would delay all other work.
    await nextTurn()
    const next = blocks[from + turn + 1] ?? { seq: lastSeq + 1, offset: bytes }
    const size = segmentSize(next.seq - block.seq, next.offset - block.offset)
    const packed = together.subarray(block.start - start, block.end - start)
    chunks.push(decodeSegment(unpack(packed, size), block.seq))
  }
  return atMost(chunks.flat(), after, maxBytes)
}

/**
 * Returns the end of a run of adjacent blocks: at least one block, and otherwise at most
 * `maxBytes`.
 */
function endOfRun({ blocks, bytes }: PackedBlocks, from: number, maxBytes: number): number {
  const begin = blocks[from]?.offset ?? 0
  for (let end = from + 1; ; end++) {
    const [before, next] = [blocks[end - 1], blocks[end]]
    if (next === undefined || next.part !== before?.part || next.start !== before.end) return end
    if ((blocks[end + 1]?.offset ?? bytes) - begin > maxBytes) return end
  }
}

/** Reads a part of a blob. Throws if the blob ends before `end`. */
export async function readBlob(blobs: BlobStore, blob: string, start: number, end: number): Promise<Buffer> {
  const read = await buffer(blobs.open(blob, { start, end }))
  if (read.length !== end - start) throw new Error(`the blob ${blob} of a log is truncated`)
  return read
}

/**
 * Decompresses a block of about `size` bytes synchronously and into one buffer. That takes less
 * time than a round trip to a thread for each 16 KiB.
 */
function unpack(block: Buffer, size: number): Buffer {
  return zstdDecompressSync(block, { chunkSize: size + remarkBytes })
}

/**
 * Buffer space for the remarks of a block, which its size does not include. Larger remarks cost one
 * copy.
 */
const remarkBytes = 1024

/** Returns the chunks after a seq: at least one, and otherwise at most `maxBytes`. */
function atMost(chunks: readonly Chunk[], after: number, maxBytes: number): readonly Chunk[] {
  const later = chunks.filter(({ seq }) => seq > after)
  let bytes = 0
  const tooMany = later.findIndex(({ content }, turn) => {
    bytes += content.length
    return turn > 0 && bytes > maxBytes
  })
  return tooMany === -1 ? later : later.slice(0, tooMany)
}
