import { MAX_CHUNK_BYTES } from './chunk.ts'

/** A piece of a command's output as read from the spool. */
export interface Piece {
  readonly kind: 0 | 1
  readonly bytes: Buffer
  /** Unix nanoseconds. */
  readonly ts: bigint
  /** Offset at which reading continues after this piece. */
  readonly nextOffset: number
}

/**
 * A part of a piece with its place in the spool, at most `MAX_SLICE_BYTES` long; or a mask in place
 * of bytes of one or more pieces.
 */
export interface Slice {
  readonly kind: 0 | 1
  /** Bytes that the log shows. */
  readonly bytes: Buffer
  /**
   * Number of bytes of output that the slice represents. It differs from the length of `bytes` for
   * masks only.
   */
  readonly size: number
  readonly isMask: boolean
  readonly ts: bigint
  /** Time of arrival, in ms. */
  readonly at: number
  /** Number of bytes of both streams before the slice. */
  readonly order: number
  /** Number of bytes of the slice's own stream before it. */
  readonly from: number
  readonly place: PiecePlace
}

/** The beginning of a piece in the spool and in each stream. */
interface PiecePlace {
  readonly offset: number
  readonly counts: readonly [number, number]
}

/** Small enough for one slice and an incomplete character to fit into a chunk. */
export const MAX_SLICE_BYTES = MAX_CHUNK_BYTES - 3

/** Returns a part of a slice, which must not be a mask. */
export function partOf(slice: Slice, from: number, to: number = slice.size): Slice {
  if (from === 0 && to === slice.size) return slice
  const bytes = slice.bytes.subarray(from, to)
  return { ...slice, bytes, size: bytes.length, order: slice.order + from, from: slice.from + from }
}
