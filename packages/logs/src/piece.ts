import { MAX_CHUNK_BYTES } from './chunk.ts'

/** A piece of a command's output as it was read. */
export interface Piece {
  readonly kind: 0 | 1
  readonly bytes: Buffer
  /** Unix nanoseconds. */
  readonly ts: bigint
  /** Where reading goes on after this piece. */
  readonly nextOffset: number
}

/** A part of a piece that knows its place in the spool, at most `MAX_SLICE_BYTES` long. */
export interface Slice {
  readonly kind: 0 | 1
  readonly bytes: Buffer
  readonly ts: bigint
  /** When it came, in ms. */
  readonly at: number
  /** Count of the output's bytes before this slice. */
  readonly start: number
  /** Offset of the piece in the spool, and the count of bytes before the piece. */
  readonly offset: number
  readonly offsetStart: number
  /** Offset of the next piece, when this slice is the end of its own. */
  readonly nextOffset: number | null
}

/** So small that one slice and the beginning of a character fit into a chunk. */
export const MAX_SLICE_BYTES = MAX_CHUNK_BYTES - 3
