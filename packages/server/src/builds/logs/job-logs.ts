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

/** A log as far as it is there. */
export interface OpenLog {
  readonly jobId: string
  readonly index: LineIndex
  /** Nothing will be added. */
  readonly isComplete: boolean
  /** The log was removed: only a remark is left of it. */
  readonly isRemoved: boolean
}

const noBlocks = { blocks: [] } as const

/** A packed log, and when it was opened. */
interface Opened {
  readonly log: PackedLog
  readonly at: number
}

/** The indexes that are kept, of each kind: some ten kilobytes each, a megabyte at most. */
const keptIndexes = 100
/** A log that is not packed has no index yet. Up to this size it is read for one at once. */
const soonReadBytes = 16 * 1024 * 1024
/** An open packed log is trusted for this long: another process may remove it. */
const trustedMs = 60_000

/** Reads the logs of jobs, wherever their bytes are. Every reader goes through here. */
export class JobLogs implements LogReader {
  readonly #source: LogSource
  readonly #packed = new Recent<Opened>(keptIndexes)
  readonly #live = new Recent<LiveLog>(keptIndexes)

  constructor(source: LogSource) {
    this.#source = source
    // Large logs are indexed while they are written: at their end it would keep readers waiting.
    source.store.logs.onSegment((jobId, chunks) => this.#follow(jobId, chunks))
  }

  async read(jobId: string, after: number, maxBytes: number): Promise<readonly Chunk[]> {
    const known = this.#known(jobId)
    if (known !== undefined) return known.read(after, maxBytes)
    const rows = await this.#source.store.logs.read(jobId, after, maxBytes)
    // Seqs have no gaps: where the next one is missing, it is packed or not there yet. Asked after
    // the rows, so that packing cannot come in between.
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

  /** Returns whether the job is terminal. A read after that finds its whole log. */
  async isOver(jobId: string): Promise<boolean> {
    if (this.#known(jobId) !== undefined) return true
    return isTerminal(await jobState(this.#source.pool, jobId))
  }

  /** Tells whether only the remark is left that says that the log was removed. */
  async isRemoved(jobId: string): Promise<boolean> {
    return (await this.#findPacked(jobId))?.isRemoved === true
  }

  onChange(jobId: string, listener: () => void): () => void {
    return this.#source.store.changes.onJob(jobId, listener)
  }

  /**
   * Finds a place from which the bytes of a log from `offset` on can be read: chunks after a seq,
   * which begin at an offset before it.
   */
  async placeBefore(jobId: string, offset: number): Promise<{ readonly after: number; readonly offset: number }> {
    const packed = await this.#findPacked(jobId)
    // The only place of a removed log is behind its last byte.
    const { blocks } = packed?.isRemoved === true ? noBlocks : ((packed ?? this.#live.get(jobId))?.index ?? noBlocks)
    const block = blocks[blockOfOffset(blocks, offset)]
    return block === undefined ? { after: 0, offset: 0 } : { after: block.seq - 1, offset: block.offset }
  }

  /** Opens a log with the index of all that is there at this moment. */
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

  /** Opens a log; null where that would take long. */
  async openSoon(jobId: string): Promise<OpenLog | null> {
    const isPacked = (await this.#findPacked(jobId)) !== undefined
    if (!isPacked && (await this.#source.store.logs.size(jobId)).bytes > soonReadBytes) return null
    return this.open(jobId)
  }

  #follow(jobId: string, chunks: readonly Chunk[]): void {
    const live = this.#live.get(jobId) ?? this.#addLive(jobId)
    // An error is for the reader of the index, who reads on from there.
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
