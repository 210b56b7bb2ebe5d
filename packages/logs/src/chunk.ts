/** A piece of a job's log as stored and as sent (`engine.md` 7, `http.md` 8.2). */
export interface Chunk {
  /** Per job, from 1, without gaps. */
  readonly seq: number
  readonly kind: StreamKind
  /** At most 32 KiB; ends on a character boundary where the bytes are UTF-8. */
  readonly content: Buffer
  /** Unix nanoseconds of the reading; null where unknown. */
  readonly ts: bigint | null
}

/** 0 stdout, 1 stderr, 2 the server's own remarks. */
export type StreamKind = 0 | 1 | 2

export const MAX_CHUNK_BYTES = 32 * 1024
