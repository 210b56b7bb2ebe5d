import type { Chunk } from './chunk.ts'
import { cutChunks } from './chunker.ts'
import { type Piece, partOf, type Slice } from './piece.ts'
import { encodePosition, type LogPosition } from './position.ts'
import type { Redactor } from './redactor.ts'
import { SpoolSlicer } from './spool-slicer.ts'
import { StreamBuffer, withoutHalf } from './stream-buffer.ts'

/** Chunks to be stored together, and how much of the spool is stored with them, as `encodePosition` tells it. */
export interface Batch {
  readonly chunks: readonly Chunk[]
  readonly position: string
}

export interface CutterOptions {
  /** Seq of the first chunk. */
  readonly firstSeq: number
  /** What an earlier process stored: the first piece is the one at its `offset`. */
  readonly position: LogPosition
  /** Bytes of output that are stored already, by an earlier process. */
  readonly keptBytes: number
  /** What is beyond is read and dropped. A remark where the log is full says so, and one at the end says how much it was. */
  readonly maxBytes: number
  /** Null: there is nothing to mask. */
  readonly redactor: Redactor | null
}

/** So long the rest of a character is waited for. */
export const CHARACTER_WAIT_MS = 100
/** Less room than this may be left in a full log: a half character of either stream, a character or a mask did not fit. */
const leastRoomBytes = 8

/** Makes batches of what is read from a spool. Has no clock: `now` is in ms, of any beginning, and never goes back. */
export class SpoolCutter {
  readonly #maxBytes: number
  readonly #slicer: SpoolSlicer
  readonly #streams: readonly [StreamBuffer, StreamBuffer]
  #seq: number
  #room: number
  #isFullTold: boolean
  /** Once the log is full this stays, so that a later process counts again what is dropped. */
  #stored: LogPosition
  #isFull = false
  #dropped = 0
  #ts: bigint | null = null

  constructor({ firstSeq, position, keptBytes, maxBytes, redactor }: CutterOptions) {
    const [out, err] = position.skip
    const matcher = redactor?.matcher ?? null
    this.#slicer = new SpoolSlicer(position)
    this.#streams = [new StreamBuffer(matcher, out), new StreamBuffer(matcher, err)]
    this.#maxBytes = maxBytes
    this.#seq = firstSeq
    this.#stored = position
    this.#room = Math.max(0, maxBytes - keptBytes)
    this.#isFullTold = this.#room < leastRoomBytes
  }

  /** Bytes of output that wait to be taken. */
  get waitingBytes(): number {
    const [out, err] = this.#streams
    return this.#isFull ? 0 : out.size + err.size
  }

  /** When the oldest half character came that waits for its rest; null when none does. What may be the beginning of a secret waits without a time. */
  get halfSince(): number | null {
    if (this.#isFull) return null
    const [out, err] = this.#streams.map(({ halfSince }) => halfSince ?? Number.POSITIVE_INFINITY)
    const since = Math.min(out ?? 0, err ?? 0)
    return since === Number.POSITIVE_INFINITY ? null : since
  }

  /** Takes the next piece of the spool. */
  push(piece: Piece, now: number): void {
    this.#ts = piece.ts
    for (const slice of this.#slicer.slice(piece, now)) {
      if (this.#isFull) this.#dropped += slice.size
      else this.#streams[slice.kind].push(slice)
    }
  }

  /** All that can be stored now; null when that is nothing. */
  take(now: number): Batch | null {
    return this.#batch(this.#store((at) => now - at >= CHARACTER_WAIT_MS))
  }

  /** The rest, when the output is over; null when there is none. */
  end(): Batch | null {
    const chunks = this.#store('end')
    if (this.#dropped > 0) {
      chunks.push(this.#remark(`The last ${this.#dropped} bytes of output were dropped.`))
      // So that nobody reads to the end again for the same remark.
      this.#stored = { offset: this.#slicer.offset, skip: [0, 0] }
    }
    return this.#batch(chunks)
  }

  #store(isOver: 'end' | ((at: number) => boolean)): Chunk[] {
    if (this.#isFull) return []
    const ready = inOrder(this.#streams.map((stream) => stream.ready(isOver)))
    const fitting = this.#fitting(ready)
    for (const { kind, size } of fitting) this.#streams[kind].drop(size)
    this.#stored = this.#position()
    const chunks = cutChunks(fitting, this.#seq)
    this.#seq += chunks.length
    if (this.#isFull) {
      this.#dropped = this.#streams.reduce((sum, { size }) => sum + size, 0)
      if (!this.#isFullTold) chunks.push(this.#remark('What the command writes from here on is dropped.'))
    }
    return chunks
  }

  /** As many as there is room for. What does not fit makes the log full: a half character at the end of it will not get its rest. */
  #fitting(slices: readonly Slice[]): readonly Slice[] {
    const fitting: Slice[] = []
    for (const slice of slices) {
      const over = slice.bytes.length - this.#room
      if (over <= 0) fitting.push(slice)
      else if (!slice.isMask && this.#room > 0) fitting.push(partOf(slice, 0, this.#room))
      this.#room = Math.max(0, -over)
      this.#isFull = over > 0
      if (this.#isFull) break
    }
    if (!this.#isFull) return fitting
    const whole = (kind: 0 | 1) =>
      withoutHalf(
        fitting.filter((slice) => slice.kind === kind),
        () => false,
      )
    return inOrder([whole(0), whole(1)])
  }

  #position(): LogPosition {
    const [out, err] = this.#streams
    const [first] = this.#streams.flatMap((stream) => stream.first ?? []).sort((a, b) => a.order - b.order)
    if (first === undefined) return { offset: this.#slicer.offset, skip: [0, 0] }
    const { offset, counts } = first.place
    return { offset, skip: [out.stored - counts[0], err.stored - counts[1]] }
  }

  #remark(what: string): Chunk {
    const text = `The log has reached its limit of ${this.#maxBytes} bytes. ${what}\n`
    return { seq: this.#seq++, kind: 2, content: Buffer.from(text), ts: this.#ts }
  }

  #batch(chunks: readonly Chunk[]): Batch | null {
    return chunks.length === 0 ? null : { chunks, position: encodePosition(this.#stored) }
  }
}

/** What is in order already in two streams, in the order of the spool. */
function inOrder(streams: readonly (readonly Slice[])[]): readonly Slice[] {
  const [out = [], err = []] = streams
  if (out.length === 0) return err
  return err.length === 0 ? out : [...out, ...err].sort((a, b) => a.order - b.order)
}
