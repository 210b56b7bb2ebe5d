import type { Chunk, StreamKind } from './chunk.ts'

/**
 * Bytes of a chunk's head: kind (with `withoutTime` for a chunk without a time), length of the
 * content, and nanoseconds since the previous chunk.
 */
const headBytes = 1 + 4 + 8
const withoutTime = 0x80

/**
 * Packs consecutive chunks: first their heads, then their contents. `decodeSegment` reverses it.
 */
export function encodeSegment(chunks: readonly Chunk[]): Buffer {
  const heads = Buffer.alloc(segmentSize(chunks.length, 0))
  heads.writeUInt32LE(chunks.length)
  let at = 4
  let last = 0n
  for (const { kind, content, ts } of chunks) {
    at = heads.writeUInt8(ts === null ? kind | withoutTime : kind, at)
    at = heads.writeUInt32LE(content.length, at)
    at = heads.writeBigInt64LE((ts ?? last) - last, at)
    last = ts ?? last
  }
  return Buffer.concat([heads, ...chunks.map(({ content }) => content)])
}

/** Returns the size of a segment with this number of chunks and total bytes of content. */
export function segmentSize(chunks: number, bytes: number): number {
  return 4 + chunks * headBytes + bytes
}

/**
 * Returns the chunks of a segment, numbered from the given seq. Throws RangeError for other bytes.
 */
export function decodeSegment(bytes: Buffer, firstSeq: number): Chunk[] {
  const count = bytes.readUInt32LE(0)
  const chunks: Chunk[] = []
  let head = 4
  let content = segmentSize(count, 0)
  let last = 0n
  for (let turn = 0; turn < count; turn++) {
    const flags = bytes.readUInt8(head)
    const end = content + bytes.readUInt32LE(head + 1)
    last += bytes.readBigInt64LE(head + 5)
    const ts = flags & withoutTime ? null : last
    chunks.push({ seq: firstSeq + turn, kind: (flags & 0x7f) as StreamKind, content: bytes.subarray(content, end), ts })
    head += headBytes
    content = end
  }
  if (content !== bytes.length) throw new RangeError(`expected a segment of ${content} bytes, got ${bytes.length}`)
  return chunks
}
