import type { Chunk } from '@harmont/logs'

/** Location of a segment: consecutive chunks of a log, stored outside the database. */
export interface SegmentPlace {
  readonly blob: string
  /** Locations of the chunks in the segment. Only its `LogSegments` interprets it. */
  readonly places: Buffer
  /** Size of the output, without remarks. */
  readonly bytes: number
}

/** Stores segments of logs. */
export interface LogSegments {
  /**
   * Writes consecutive chunks, which survive a crash once the promise resolves. Returns null when
   * they cannot be stored; then they go into the database.
   */
  write(chunks: readonly Chunk[]): Promise<SegmentPlace | null>
  /** Reads chunks of a segment like `LogReader.read`. */
  read(place: Pick<SegmentPlace, 'blob' | 'places'>, after: number, maxBytes: number): Promise<readonly Chunk[]>
  /**
   * Removes a segment that belongs to no log. Never rejects, because a segment that remains only
   * takes space.
   */
  remove(place: SegmentPlace): Promise<void>
}

/** Appends of at least this size become a segment; smaller ones are cheaper as rows. */
export const segmentBytes = 512 * 1024
