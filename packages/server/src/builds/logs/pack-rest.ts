import { type Chunk, encodeSegment, type LineIndex } from '@harmont/logs'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { blocksOf, decodeBlocks } from './log-segments.ts'
import type { PackedBlock, PackedBlocks } from './packed-blocks.ts'
import { compress, encodePartsIndex } from './packed-index.ts'
import { PackedSink } from './packed-sink.ts'
import type { PackedFacts, PackedRow } from './packed-store.ts'

/** A few blocks. */
const readBytes = 512 * 1024

interface Written {
  readonly segments: readonly { readonly blob: string; readonly places: Buffer }[]
  /** The index of the complete log. */
  readonly index: LineIndex
  /** Reads chunks that are not in a segment, up to the next segment. */
  read(after: number, maxBytes: number): Promise<readonly Chunk[]>
}

/**
 * Packs the rest of a log with segments: compresses the chunks in the database into one part after
 * the segments, which stay unchanged.
 */
export async function packRest(
  blobs: BlobStore,
  { segments, index, read }: Written,
): Promise<{ readonly row: PackedRow; readonly facts: PackedFacts }> {
  const { lastSeq, bytes, totalLines: lines } = index
  const sink = new PackedSink(blobs)
  try {
    const packed = new BlockList()
    for (const [part, { places }] of segments.entries()) {
      const segment = decodeBlocks(places)
      await addRows((segment.blocks[0]?.seq ?? 1) - 1, { packed, sink, part: segments.length, read })
      packed.addSegment(part, segment)
    }
    await addRows(lastSeq, { packed, sink, part: segments.length, read })
    if (packed.bytes !== bytes) throw new Error(`the blocks of a log have ${packed.bytes} of its ${bytes} bytes`)
    const { blob, small } = await sink.finish()
    const named = segments.map((segment) => segment.blob)
    const parts = blob === null ? named : [...named, blob]
    const row = { blob: null, small, parts, index: await encodePartsIndex({ index, packed: packed.blocks }) }
    return { row, facts: { lastSeq, bytes, lines } }
  } catch (error) {
    await sink.abort()
    throw error
  }
}

interface Rest extends Pick<Written, 'read'> {
  readonly packed: BlockList
  readonly sink: PackedSink
  readonly part: number
}

/** Packs the chunks up to a seq, all of which are in the database. */
async function addRows(through: number, { packed, sink, part, read }: Rest): Promise<void> {
  while (packed.lastSeq < through) {
    const chunks = await read(packed.lastSeq, readBytes)
    if (chunks[0]?.seq !== packed.lastSeq + 1) throw new Error(`chunk ${packed.lastSeq + 1} of a log is missing`)
    for (const block of blocksOf(chunks.filter(({ seq }) => seq <= through))) {
      const start = sink.ends.at(-1) ?? 0
      await sink.add(await compress(encodeSegment(block)))
      packed.addRows(block, { part, start, end: sink.ends.at(-1) ?? 0 })
    }
  }
}

/** Blocks of a log in the order of its chunks. */
class BlockList {
  readonly blocks: PackedBlock[] = []
  lastSeq = 0
  /** Number of bytes of output, without remarks. */
  bytes = 0

  addSegment(part: number, { blocks, lastSeq, bytes }: PackedBlocks): void {
    for (const block of blocks) this.blocks.push({ ...block, offset: this.bytes + block.offset, part })
    this.lastSeq = lastSeq
    this.bytes += bytes
  }

  addRows(chunks: readonly Chunk[], place: Pick<PackedBlock, 'part' | 'start' | 'end'>): void {
    this.blocks.push({ seq: this.lastSeq + 1, offset: this.bytes, ...place })
    for (const { kind, content } of chunks) if (kind !== 2) this.bytes += content.length
    this.lastSeq = chunks.at(-1)?.seq ?? this.lastSeq
  }
}
