import type { Chunk } from './chunk.ts'

/** Where chunks are kept for readers. Writers go through the engine, which fences them. */
export interface LogReader {
  /** Chunks with seq > `after`, ascending, at most `maxBytes` of content (at least one chunk when there is one). */
  read(jobId: string, after: number, maxBytes: number): Promise<readonly Chunk[]>
  /** The last seq stored, 0 when there is none, and the sum of content bytes of kinds 0 and 1. */
  size(jobId: string): Promise<{ readonly lastSeq: number; readonly bytes: number }>
}
