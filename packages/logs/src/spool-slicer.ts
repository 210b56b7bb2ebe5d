import { MAX_SLICE_BYTES, type Piece, type Slice } from './piece.ts'
import type { LogPosition } from './position.ts'

/** Gives what of a spool is not in the log yet, from a position on, each slice with its place. */
export class SpoolSlicer {
  readonly #stored: number
  readonly #missing: number
  /** The last three bytes that are passed over of each stream, in case they are missing. */
  readonly #passed: [Slice[], Slice[]] = [[], []]
  #offset: number
  #count = 0

  constructor({ offset, skip, missing }: LogPosition) {
    this.#offset = offset
    this.#stored = skip
    this.#missing = missing
  }

  /** Offset after the last piece. */
  get offset(): number {
    return this.#offset
  }

  /** The slices of the next piece, read at the time `at`. The first piece is the one at the position's offset. */
  slice({ kind, bytes, ts, nextOffset }: Piece, at: number): Slice[] {
    const offset = this.#offset
    const offsetStart = this.#count
    this.#offset = nextOffset
    this.#count += bytes.length
    const part = (from: number, to: number): Slice => ({
      kind,
      bytes: bytes.subarray(from, to),
      ts,
      at,
      start: offsetStart + from,
      offset,
      offsetStart,
      nextOffset: to === bytes.length ? nextOffset : null,
    })
    const slices: Slice[] = []
    const passed = Math.min(bytes.length, Math.max(0, this.#stored - offsetStart))
    if (passed > 0) {
      for (let from = Math.max(0, passed - 3); from < passed; from += 1) this.#passed[kind].push(part(from, from + 1))
      this.#passed[kind].splice(0, this.#passed[kind].length - 3)
      const isLast = offsetStart + passed === this.#stored
      if (isLast && this.#missing > 0) slices.push(...this.#passed[kind === 0 ? 1 : 0].slice(-this.#missing))
    }
    for (let from = passed; from < bytes.length; from += MAX_SLICE_BYTES)
      slices.push(part(from, Math.min(bytes.length, from + MAX_SLICE_BYTES)))
    return slices
  }
}
