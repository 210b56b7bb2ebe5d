import type { Chunk } from './chunk.ts'
import { cutChunks } from './chunker.ts'
import { furthestCut, type Stored } from './furthest-cut.ts'
import type { Piece, Slice } from './piece.ts'
import { encodePosition, type LogPosition, MAX_OFFSET } from './position.ts'
import { SpoolSlicer } from './spool-slicer.ts'

/** Chunks to be stored together, and how much of the spool is stored with them, as `encodePosition` tells it. */
export interface Batch {
  readonly chunks: readonly Chunk[]
  readonly position: number
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
}

/** So long the rest of a character is waited for, */
export const CHARACTER_WAIT_MS = 100
/** while at most so much waits behind it, for what a position cannot tell. */
const mostWaitingBytes = 1024 * 1024
/** Less room than this may be left in a full log: a half character of either stream, or a character, did not fit. */
const leastRoomBytes = 8

/** Makes batches of what is read from a spool. Has no clock: `now` is in ms, of any beginning, and never goes back. */
export class SpoolCutter {
  readonly #maxBytes: number
  readonly #slicer: SpoolSlicer
  #seq: number
  /** Once the log is full this stays, so that a later process counts again what is dropped. */
  #stored: Stored
  #room: number
  #isFullTold: boolean
  /** What is not stored, in the order of the spool. */
  #waiting: Slice[] = []
  #waitingBytes = 0
  #state: 'open' | 'filled' | 'full' = 'open'
  #dropped = 0
  #ts: bigint | null = null

  constructor({ firstSeq, position, keptBytes, maxBytes }: CutterOptions) {
    this.#slicer = new SpoolSlicer(position)
    this.#maxBytes = maxBytes
    this.#seq = firstSeq
    this.#stored = { position, count: position.skip }
    this.#room = Math.max(0, maxBytes - keptBytes)
    this.#isFullTold = this.#room < leastRoomBytes
  }

  /** Bytes of output that wait to be taken. */
  get waitingBytes(): number {
    return this.#waitingBytes
  }

  /** When the oldest of what waits came; null when nothing does. */
  get waitingSince(): number | null {
    return this.#waiting[0]?.at ?? null
  }

  /** Takes the next piece of the spool. */
  push(piece: Piece, now: number): void {
    this.#ts = piece.ts
    for (const slice of this.#slicer.slice(piece, now)) {
      const bytes = slice.bytes.subarray(0, this.#room)
      const over = slice.bytes.length - bytes.length
      if (over > 0 && this.#state === 'open') this.#state = 'filled'
      this.#dropped += over
      this.#room -= bytes.length
      this.#waitingBytes += bytes.length
      if (bytes.length > 0) this.#waiting.push(over === 0 ? slice : { ...slice, bytes, nextOffset: null })
    }
  }

  /** All that can be stored now; null when that is nothing. */
  take(now: number): Batch | null {
    if (this.#state === 'filled') return this.#fill()
    const [oldest] = this.#waiting
    const isTooMuch = this.#waitingBytes > mostWaitingBytes
    const taken = this.#cut((at) => now - at >= CHARACTER_WAIT_MS || (isTooMuch && at === oldest?.at))
    return taken.length === 0 ? null : this.#batch(this.#chunks(taken))
  }

  /** The rest, when the output is over; null when there is none. */
  end(): Batch | null {
    const filled = this.#state === 'filled' ? this.#fill() : null
    const chunks = [...(filled?.chunks ?? []), ...this.#chunks(this.#cut(() => true))]
    if (this.#dropped > 0) {
      chunks.push(this.#remark(`The last ${this.#dropped} bytes of output were dropped.`))
      // So that nobody reads to the end again for the same remark.
      const { offset } = this.#slicer
      if (offset <= MAX_OFFSET) return { chunks, position: encodePosition({ offset, skip: 0, missing: 0 }) }
    }
    return chunks.length === 0 ? null : this.#batch(chunks)
  }

  /** The last that a log has room for. What waits for more is dropped as well: more will not come. */
  #fill(): Batch | null {
    const chunks = this.#chunks(this.#cut(() => false))
    this.#state = 'full'
    this.#room = 0
    this.#dropped += this.#waitingBytes
    this.#waiting = []
    this.#waitingBytes = 0
    if (!this.#isFullTold) chunks.push(this.#remark('What the command writes from here on is dropped.'))
    return chunks.length === 0 ? null : this.#batch(chunks)
  }

  #cut(isOver: (at: number) => boolean): readonly Slice[] {
    const cut = furthestCut(this.#waiting, this.#stored, isOver)
    if (cut === null) return []
    this.#waiting = [...cut.left]
    this.#waitingBytes = cut.left.reduce((sum, { bytes }) => sum + bytes.length, 0)
    this.#stored = cut.stored
    return cut.taken
  }

  #chunks(slices: readonly Slice[]): Chunk[] {
    const chunks = cutChunks(slices, this.#seq)
    this.#seq += chunks.length
    return chunks
  }

  #remark(what: string): Chunk {
    const text = `The log has reached its limit of ${this.#maxBytes} bytes. ${what}\n`
    return { seq: this.#seq++, kind: 2, content: Buffer.from(text), ts: this.#ts }
  }

  #batch(chunks: readonly Chunk[]): Batch {
    return { chunks, position: encodePosition(this.#stored.position) }
  }
}
