import { type Chunk, encodeSegment, LineIndexer } from '@harmont/logs'
import type { BlobStore, BlobWriter } from '../../platform/blobs/blob-store.ts'
import { compress, encodeIndex } from './packed-index.ts'
import type { PackedFacts, PackedRow } from './packed-store.ts'

/** A few milliseconds of indexing. */
const readBytes = 512 * 1024

interface PackedChunks {
  readonly row: PackedRow
  readonly facts: PackedFacts
}

/**
 * Packs all chunks of a log into a compressed segment for each block of its index. Holds a few
 * segments in memory at most.
 */
export async function packChunks(
  blobs: BlobStore,
  read: (after: number, maxBytes: number) => Promise<readonly Chunk[]>,
): Promise<PackedChunks> {
  const indexer = new LineIndexer()
  const sink = new SegmentSink(blobs)
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
    const row = { ...(await sink.finish()), index: await encodeIndex({ index, ends: sink.ends }) }
    return { row, facts: { lastSeq, bytes, lines } }
  } catch (error) {
    await sink.abort()
    throw error
  }
}

/** Packed logs up to this size are kept in the row: a file and its flush cost more. */
const smallBytes = 8 * 1024

/** Collects packed segments, in a blob once they are more than `smallBytes`. */
class SegmentSink {
  /** The end of each segment. */
  readonly ends: number[] = []
  readonly #blobs: BlobStore
  #buffered: Buffer[] = []
  #writer: BlobWriter | null = null

  constructor(blobs: BlobStore) {
    this.#blobs = blobs
  }

  async add(segment: Buffer): Promise<void> {
    this.ends.push((this.ends.at(-1) ?? 0) + segment.length)
    this.#buffered.push(segment)
    if ((this.ends.at(-1) ?? 0) > smallBytes) await this.#write()
  }

  /** Returns the name of the blob, which is on disk then, or the bytes themselves. */
  async finish(): Promise<
    { readonly blob: string; readonly small: null } | { readonly blob: null; readonly small: Buffer }
  > {
    if (this.#writer === null) return { blob: null, small: Buffer.concat(this.#buffered) }
    return { blob: await this.#writer.finish(), small: null }
  }

  async abort(): Promise<void> {
    await this.#writer?.abort()
  }

  async #write(): Promise<void> {
    this.#writer ??= await this.#blobs.create()
    await this.#writer.write(Buffer.concat(this.#buffered))
    this.#buffered = []
  }
}
