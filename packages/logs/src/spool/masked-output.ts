import { MAX_SLICE_BYTES, type Piece, partOf, type Slice } from '../piece.ts'
import type { Redactor } from '../redaction/redactor.ts'
import { StreamBuffer, withoutHalf } from '../redaction/stream-buffer.ts'
import type { LogPosition } from './progress.ts'

/** A longer line is cut at the end of a log's head. */
const longestWhole = 64 * 1024
const LF = 0x0a

/** Holds output that was read from a spool and not yet taken, with secrets masked. */
export class MaskedOutput {
  readonly #slicer: SpoolSlicer
  readonly #streams: readonly [StreamBuffer, StreamBuffer]

  /** Begins after `position`. `redactor` is null if there is nothing to mask. */
  constructor(position: LogPosition, redactor: Redactor | null) {
    const [out, err] = position.skip
    const newScan = () => redactor?.newScan() ?? null
    this.#slicer = new SpoolSlicer(position)
    this.#streams = [new StreamBuffer(newScan(), out), new StreamBuffer(newScan(), err)]
  }

  /** Number of waiting bytes. */
  get waitingBytes(): number {
    const [out, err] = this.#streams
    return out.size + err.size
  }

  /**
   * Arrival of the oldest incomplete character; null for none. A possible beginning of a secret is
   * held back without a time limit.
   */
  get halfSince(): number | null {
    const [out, err] = this.#streams.map(({ halfSince }) => halfSince ?? Number.POSITIVE_INFINITY)
    const since = Math.min(out ?? 0, err ?? 0)
    return since === Number.POSITIVE_INFINITY ? null : since
  }

  /** Takes the next piece of the spool in small steps. */
  *pushing(piece: Piece, now: number): Generator<void> {
    for (const slice of this.#slicer.slice(piece, now)) yield* this.#streams[slice.kind].pushing(slice)
  }

  /** Returns the slices that can be stored, in the order of the spool; see `StreamBuffer.ready`. */
  ready(isOver: 'end' | ((at: number) => boolean)): readonly Slice[] {
    return inOrder(this.#streams.map((stream) => stream.ready(isOver)))
  }

  /** Drops slices that `ready` returned, from the beginning of each stream. */
  drop(slices: readonly Slice[]): void {
    for (const { kind, size } of slices) this.#streams[kind].drop(size)
  }

  /** The position from which another process would read the slices that are not yet dropped. */
  get position(): LogPosition {
    const [out, err] = this.#streams
    const [first] = this.#streams.flatMap((stream) => stream.first ?? []).sort((a, b) => a.order - b.order)
    if (first === undefined) return { offset: this.#slicer.offset, skip: [0, 0] }
    const { offset, counts } = first.place
    return { offset, skip: [out.stored - counts[0], err.stored - counts[1]] }
  }
}

/**
 * Returns the slices that fit into `room` bytes, up to the end of a line or, in a long line, of a
 * character. Returns null if all fit. `isAtLine` is true if a line ends before the slices.
 */
export function beginningOf(slices: readonly Slice[], room: number, isAtLine: boolean): readonly Slice[] | null {
  const fitting: Slice[] = []
  let left = room
  for (const slice of slices) {
    if (slice.bytes.length > left) {
      if (!slice.isMask && left > 0) fitting.push(partOf(slice, 0, left))
      return toLastLine(fitting, isAtLine) ?? toLastCharacter(fitting)
    }
    fitting.push(slice)
    left -= slice.bytes.length
  }
  return null
}

function toLastLine(slices: readonly Slice[], isAtLine: boolean): readonly Slice[] | null {
  let after = 0
  for (let at = slices.length - 1; at >= 0 && after < longestWhole; at--) {
    const slice = slices[at] as Slice
    const end = slice.isMask ? 0 : slice.bytes.lastIndexOf(LF) + 1
    if (end > 0) return [...slices.slice(0, at), partOf(slice, 0, end)]
    after += slice.bytes.length
  }
  return isAtLine && after < longestWhole ? [] : null
}

function toLastCharacter(slices: readonly Slice[]): readonly Slice[] {
  const whole = (kind: 0 | 1) =>
    withoutHalf(
      slices.filter((slice) => slice.kind === kind),
      () => false,
    )
  return inOrder([whole(0), whole(1)])
}

/** Merges two ordered streams into the order of the spool. */
function inOrder(streams: readonly (readonly Slice[])[]): readonly Slice[] {
  const [out = [], err = []] = streams
  if (out.length === 0) return err
  return err.length === 0 ? out : [...out, ...err].sort((a, b) => a.order - b.order)
}

/** Cuts pieces of a spool, from a position on, into slices with their places. */
class SpoolSlicer {
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

  /**
   * Returns the slices of the next piece, read at `at`. The first piece begins at the position's
   * offset.
   */
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
