import type { Chunk } from '@harmont/logs'

/** Where a segment is: chunks of a log that came together, and are kept outside the database. */
export interface SegmentPlace {
  readonly blob: string
  /** Where the chunks are in it. Only its keeper reads that. */
  readonly places: Buffer
  /** Counts the output, without remarks. */
  readonly bytes: number
}

/** Keeps segments of logs. */
export interface LogSegments {
  /**
   * Writes consecutive chunks; they survive a crash once it resolves. Null: they cannot be kept now,
   * and go into the database.
   */
  write(chunks: readonly Chunk[]): Promise<SegmentPlace | null>
  /** Reads chunks of a segment, as `LogReader.read` does. */
  read(place: Pick<SegmentPlace, 'blob' | 'places'>, after: number, maxBytes: number): Promise<readonly Chunk[]>
  /** Removes a segment that became part of no log. Never rejects: one that stays costs only room. */
  remove(place: SegmentPlace): Promise<void>
}

/** Appends of this size and more become a segment; smaller ones cost less as rows. */
export const segmentBytes = 512 * 1024
