/** Keeps what is large of running logs as blobs: the way through the database costs several times as much. */
import type { LogSegments, SegmentPlace } from '@harmont/engine'
import { type Chunk, encodeSegment } from '@harmont/logs'
import type { Logger } from 'pino'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { blobReader, type PackedBlocks, readBlocks } from './packed-blocks.ts'
import { compress } from './packed-index.ts'

/** A block ends before it exceeds this size: a reader asks for about as much. */
const blockBytes = 128 * 1024
/** A store that is away may take long to say so; logs do not wait for that each time. */
const awayMs = 300_000

/** Keeps segments in a blob store; where that fails, their chunks go into the database. */
export function logSegments(blobs: BlobStore, log: Pick<Logger, 'warn'>): LogSegments {
  let failedAt = Number.NEGATIVE_INFINITY
  return {
    async write(chunks) {
      if (performance.now() < failedAt + awayMs) return null
      try {
        return await writeSegment(blobs, chunks)
      } catch (error) {
        failedAt = performance.now()
        log.warn({ err: error }, 'could not write a part of a log to the blob store; it goes into the database')
        return null
      }
    },
    read: ({ blob, places }, after, maxBytes) =>
      readBlocks(decodeBlocks(places), blobReader(blobs, blob), after, maxBytes),
    async remove({ blob }) {
      try {
        await blobs.remove(blob)
      } catch (error) {
        log.warn({ err: error }, 'could not remove a part of a log that nothing refers to; the sweep will')
      }
    },
  }
}

async function writeSegment(blobs: BlobStore, chunks: readonly Chunk[]): Promise<SegmentPlace> {
  const cut = blocksOf(chunks)
  const packed = await Promise.all(cut.map((block) => compress(encodeSegment(block), { isQuick: true })))
  const writer = await blobs.create()
  try {
    await writer.write(Buffer.concat(packed))
    const blob = await writer.finish()
    const table = tableOf(cut, packed)
    return { blob, places: encodeBlocks(table), bytes: table.bytes }
  } catch (error) {
    await writer.abort()
    throw error
  }
}

function blocksOf(chunks: readonly Chunk[]): readonly (readonly Chunk[])[] {
  const blocks: Chunk[][] = []
  let room = 0
  for (const chunk of chunks) {
    room -= chunk.content.length
    const block = blocks.at(-1)
    if (block !== undefined && room >= 0) block.push(chunk)
    else {
      blocks.push([chunk])
      room = blockBytes - chunk.content.length
    }
  }
  return blocks
}

function tableOf(cut: readonly (readonly Chunk[])[], packed: readonly Buffer[]): PackedBlocks {
  let [offset, end] = [0, 0]
  const blocks = cut.map((chunks) => {
    const block = { seq: chunks[0]?.seq ?? 0, offset }
    for (const { kind, content } of chunks) if (kind !== 2) offset += content.length
    return block
  })
  const ends = packed.map(({ length }) => {
    end += length
    return end
  })
  return { blocks, ends, lastSeq: cut.at(-1)?.at(-1)?.seq ?? 0, bytes: offset }
}

function encodeBlocks({ blocks, ends, lastSeq, bytes }: PackedBlocks): Buffer {
  const rows = blocks.map(({ seq, offset }, turn) => [seq, offset, ends[turn]])
  return Buffer.from(JSON.stringify({ lastSeq, bytes, blocks: rows }))
}

function decodeBlocks(places: Buffer): PackedBlocks {
  const { blocks, ...rest } = JSON.parse(places.toString()) as Pick<PackedBlocks, 'lastSeq' | 'bytes'> & {
    readonly blocks: readonly (readonly [seq: number, offset: number, end: number])[]
  }
  return { ...rest, blocks: blocks.map(([seq, offset]) => ({ seq, offset })), ends: blocks.map(([, , end]) => end) }
}
