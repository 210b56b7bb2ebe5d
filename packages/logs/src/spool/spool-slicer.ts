import { MAX_SLICE_BYTES, type Piece, type Slice } from '../piece.ts'
import type { LogPosition } from './position.ts'

/** Gives what of a spool is not in the log yet, from a position on, each slice with its place. */
export class SpoolSlicer {
  readonly #skip: readonly [number, number]
  #offset: number
  #counts: readonly [number, number] = [0, 0]

  constructor({ offset, skip }: LogPosition) {
    this.#offset = offset
    this.#skip = skip
  }

  /** Offset after the last piece. */
  get offset(): number {
    return this.#offset
  }

  /** The slices of the next piece, read at the time `at`. The first piece is the one at the position's offset. */
  slice({ kind, bytes, ts, nextOffset }: Piece, at: number): readonly Slice[] {
    const place = { offset: this.#offset, counts: this.#counts }
    const [out, err] = this.#counts
    const before = this.#counts[kind]
    this.#offset = nextOffset
    this.#counts = kind === 0 ? [out + bytes.length, err] : [out, err + bytes.length]
    const slices: Slice[] = []
    for (let from = Math.max(0, this.#skip[kind] - before); from < bytes.length; from += MAX_SLICE_BYTES) {
      const part = bytes.subarray(from, from + MAX_SLICE_BYTES)
      const counted = { order: out + err + from, from: before + from }
      slices.push({ kind, bytes: part, size: part.length, isMask: false, ts, at, ...counted, place })
    }
    return slices
  }
}
