import { isTerminal, type PostgresStore } from '@harmont/engine'
import { blockOfOffset, type Chunk, type LineIndex, type LogReader } from '@harmont/logs'
import type pg from 'pg'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { LiveLog } from './live-log.ts'
import { openPacked, type PackedLog, removedLog } from './packed-log.ts'
import { findPacked, jobState } from './packed-store.ts'
import { Recent } from './recent.ts'

interface LogSource {
  readonly pool: pg.Pool
  readonly store: PostgresStore
  readonly blobs: BlobStore
}

/** A log with the chunks that exist so far. */
export interface OpenLog {
  readonly jobId: string
  readonly index: LineIndex
  /** Whether the log is complete. */
  readonly isComplete: boolean
  /** Whether the log was removed; then it consists of one remark. */
  readonly isRemoved: boolean
}

const noBlocks = { blocks: [] } as const

/** A packed log and the time when it was opened. */
interface Opened {
  readonly log: PackedLog
  readonly at: number
}

/**
 * The number of cached indexes of each kind: typically tens of kilobytes each, at most a megabyte.
 */
const keptIndexes = 100
/** An unpacked log has no stored index. Up to this size, the log is read at once to index it. */
const soonReadBytes = 16 * 1024 * 1024
/** An open packed log is trusted for this long, since another process may remove it. */
const trustedMs = 60_000

/**
 * Reads the logs of jobs from the database, segments or packed blobs. All readers use this class.
 */
export class JobLogs implements LogReader {
  readonly #source: LogSource
  readonly #packed = new Recent<Opened>(keptIndexes)
  readonly #live = new Recent<LiveLog>(keptIndexes)

  constructor(source: LogSource) {
    this.#source = source
    // Indexes large logs while they are written: to index them at their end would delay readers.
    source.store.logs.onSegment((jobId, chunks) => this.#follow(jobId, chunks))
  }

  async read(jobId: string, after: number, maxBytes: number): Promise<readonly Chunk[]> {
    const known = this.#known(jobId)
    if (known !== undefined) return known.read(after, maxBytes)
    const rows = await this.#source.store.logs.read(jobId, after, maxBytes)
    // Seqs have no gaps: a missing next seq is packed or does not exist yet. Looks for a packed log
    // only after the rows, so that packing in between is not missed.
    if (rows[0]?.seq === after + 1) return rows
    return (await this.#findPacked(jobId))?.read(after, maxBytes) ?? rows
  }

  async size(jobId: string): Promise<{ readonly lastSeq: number; readonly bytes: number }> {
    const known = this.#known(jobId)
    if (known !== undefined) return sizeOf(known)
    const size = await this.#source.store.logs.size(jobId)
    if (size.lastSeq > 0) return size
    const packed = await this.#findPacked(jobId)
    return packed === undefined ? size : sizeOf(packed)
  }

  /** Returns whether the job is terminal. A read after it returns true finds the whole log. */
  async isOver(jobId: string): Promise<boolean> {
    if (this.#known(jobId) !== undefined) return true
    return isTerminal(await jobState(this.#source.pool, jobId))
  }

  /** Returns whether the log was removed, so that only its remark is left. */
  async isRemoved(jobId: string): Promise<boolean> {
    return (await this.#findPacked(jobId))?.isRemoved === true
  }

  onChange(jobId: string, listener: () => void): () => void {
    return this.#source.store.changes.onJob(jobId, listener)
  }

  /**
   * Finds a position from which to read in order to get the bytes from `offset` on. Returns a seq
   * to read after, and the offset of the chunk that follows it.
   */
  async placeBefore(jobId: string, offset: number): Promise<{ readonly after: number; readonly offset: number }> {
    const packed = await this.#findPacked(jobId)
    // A removed log has only a remark, and is read from the beginning.
    const { blocks } = packed?.isRemoved === true ? noBlocks : ((packed ?? this.#live.get(jobId))?.index ?? noBlocks)
    const block = blocks[blockOfOffset(blocks, offset)]
    return block === undefined ? { after: 0, offset: 0 } : { after: block.seq - 1, offset: block.offset }
  }

  /** Opens a log with an index of all its current chunks. */
  async open(jobId: string): Promise<OpenLog> {
    const known = this.#live.get(jobId)
    const packed = known === undefined || known.isComplete ? await this.#findPacked(jobId) : undefined
    if (packed !== undefined) {
      this.#live.delete(jobId)
      return { jobId, index: packed.index, isComplete: true, isRemoved: packed.isRemoved }
    }
    const live = known ?? this.#addLive(jobId)
    await live.catchUp()
    return { jobId, index: live.index, isComplete: live.isComplete, isRemoved: false }
  }

  /** Opens a log; returns null if indexing it would take long. */
  async openSoon(jobId: string): Promise<OpenLog | null> {
    const isPacked = (await this.#findPacked(jobId)) !== undefined
    if (!isPacked && (await this.#source.store.logs.size(jobId)).bytes > soonReadBytes) return null
    return this.open(jobId)
  }

  #follow(jobId: string, chunks: readonly Chunk[]): void {
    const live = this.#live.get(jobId) ?? this.#addLive(jobId)
    // The reader of the index handles the error and continues from there.
    live.take(chunks).catch(() => undefined)
  }

  #addLive(jobId: string): LiveLog {
    const added = this.#live.get(jobId)
    if (added !== undefined) return added
    const live = new LiveLog({
      read: (after, maxBytes) => this.read(jobId, after, maxBytes),
      isOver: () => this.isOver(jobId),
    })
    this.#live.set(jobId, live)
    return live
  }

  #known(jobId: string): PackedLog | undefined {
    const opened = this.#packed.get(jobId)
    return opened === undefined || opened.at + trustedMs < Date.now() ? undefined : opened.log
  }

  async #findPacked(jobId: string): Promise<PackedLog | undefined> {
    const known = this.#known(jobId)
    if (known !== undefined) return known
    const at = Date.now()
    const row = await findPacked(this.#source.pool, jobId)
    if (row === undefined) return undefined
    const log = 'keptDays' in row ? removedLog(row) : await openPacked(this.#source.blobs, row)
    this.#packed.set(jobId, { log, at })
    return log
  }
}

function sizeOf({ index: { lastSeq, bytes } }: PackedLog): { readonly lastSeq: number; readonly bytes: number } {
  return { lastSeq, bytes }
}
