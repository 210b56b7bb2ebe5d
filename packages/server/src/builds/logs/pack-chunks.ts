import { type Chunk, encodeSegment, LineIndexer } from '@harmont/logs'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { compress, encodeIndex } from './packed-index.ts'
import { PackedSink } from './packed-sink.ts'
import type { PackedFacts, PackedRow } from './packed-store.ts'

/** The bytes indexed at a time; takes a few milliseconds. */
const readBytes = 512 * 1024

interface PackedChunks {
  readonly row: PackedRow
  readonly facts: PackedFacts
}

/**
 * Packs all chunks of a log, with a compressed segment for each block of its index. Holds only a
 * few segments in memory.
 */
export async function packChunks(
  blobs: BlobStore,
  read: (after: number, maxBytes: number) => Promise<readonly Chunk[]>,
): Promise<PackedChunks> {
  const indexer = new LineIndexer()
  const sink = new PackedSink(blobs)
  try {
    let open: Chunk[] = []
    let blocks = 0
    for (;;) {
      const chunks = await read(indexer.lastSeq, readBytes)
      if (chunks.length === 0) break
      for (const chunk of chunks) {
        indexer.push([chunk])
        if (indexer.index.blocks.length > blocks) {
          blocks++
          if (open.length > 0) await sink.add(await compress(encodeSegment(open)))
          open = []
        }
        open.push(chunk)
      }
    }
    if (open.length > 0) await sink.add(await compress(encodeSegment(open)))
    indexer.finish()
    const { index } = indexer
    const { lastSeq, bytes, totalLines: lines } = index
    const row = { ...(await sink.finish()), parts: null, index: await encodeIndex({ index, ends: sink.ends }) }
    return { row, facts: { lastSeq, bytes, lines } }
  } catch (error) {
    await sink.abort()
    throw error
  }
}
