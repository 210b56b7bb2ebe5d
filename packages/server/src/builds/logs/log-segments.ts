/**
 * Stores large appends of running logs as blobs: writing them to the database costs several times
 * as much.
 */
import type { LogSegments, SegmentPlace } from '@harmont/engine'
import { type Chunk, encodeSegment } from '@harmont/logs'
import type { Logger } from 'pino'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { type PackedBlock, type PackedBlocks, readBlob, readBlocks } from './packed-blocks.ts'
import { between, compress } from './packed-index.ts'

/** The maximum size of a block, which is about the size of one read. */
const blockBytes = 128 * 1024
/** A failing store may take long to report an error; logs do not wait for it each time. */
const awayMs = 300_000

/** Stores segments in a blob store; after a failure, their chunks go into the database. */
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
      readBlocks(decodeBlocks(places), (_, start, end) => readBlob(blobs, blob, start, end), after, maxBytes),
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
    return { blob, places: Buffer.from(JSON.stringify(table)), bytes: table.bytes }
  } catch (error) {
    await writer.abort()
    throw error
  }
}

/** Divides consecutive chunks into blocks, each compressed separately. */
export function blocksOf(chunks: readonly Chunk[]): readonly (readonly Chunk[])[] {
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

/**
 * The first seq of a block, the bytes of output before it in the segment, and its end in the blob.
 */
type BlockRow = readonly [seq: number, offset: number, end: number]
interface BlockTable {
  readonly lastSeq: number
  readonly bytes: number
  readonly blocks: readonly BlockRow[]
}

function tableOf(cut: readonly (readonly Chunk[])[], packed: readonly Buffer[]): BlockTable {
  let [offset, end] = [0, 0]
  const blocks = cut.map((chunks, turn): BlockRow => {
    const before = offset
    for (const { kind, content } of chunks) if (kind !== 2) offset += content.length
    end += packed[turn]?.length ?? 0
    return [chunks[0]?.seq ?? 0, before, end]
  })
  return { lastSeq: cut.at(-1)?.at(-1)?.seq ?? 0, bytes: offset, blocks }
}

/** Returns the blocks of a segment. */
export function decodeBlocks(places: Buffer): PackedBlocks {
  const { blocks, lastSeq, bytes } = JSON.parse(places.toString()) as BlockTable
  const ends = blocks.map(([, , end]) => end)
  return {
    lastSeq,
    bytes,
    blocks: blocks.map(([seq, offset], turn): PackedBlock => ({ seq, offset, ...between(ends, turn) })),
  }
}
