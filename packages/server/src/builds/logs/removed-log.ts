import { type Chunk, LineIndexer, logRemoved } from '@harmont/logs'
import type { PackedLog } from './packed-log.ts'

/** That a log was removed, and what it was. */
export interface Removal {
  readonly at: Date
  readonly keptDays: number
  /** What the log had. */
  readonly lastSeq: number
  readonly bytes: number
}

/**
 * A log that was removed, as readers get it: one remark, which says so. Its seq is the one after the last that there was, so that a reader who comes back to
 * go on is told, and a tag of what there was is no tag of this.
 */
export function removedLog({ at, keptDays, lastSeq, bytes }: Removal): PackedLog {
  const content = Buffer.from(`${logRemoved(at, keptDays, bytes)}\n`)
  const remark: Chunk = { seq: lastSeq + 1, kind: 2, content, ts: BigInt(at.getTime()) * 1_000_000n }
  const indexer = new LineIndexer()
  indexer.push([remark])
  indexer.finish()
  return { index: indexer.index, isRemoved: true, read: async (after) => (after < remark.seq ? [remark] : []) }
}
