import { partOf, type Slice } from '../piece.ts'
import { incompleteTail } from '../utf8-tail.ts'
import type { SecretScan } from './secret-scan.ts'

const mask = Buffer.from('***')
/** Bytes that are searched without a break. */
const scanBytes = 8 * 1024

/** What of one stream is not stored yet, its secrets masked. Where two overlap there is one mask. */
export class StreamBuffer {
  readonly #scan: SecretScan | null
  #count: number
  #slices: Slice[] = []

  /** `count`: bytes of the stream that are stored already. */
  constructor(scan: SecretScan | null, count: number) {
    this.#scan = scan
    this.#count = count
  }

  /** Count of the stream's bytes that are stored. */
  get stored(): number {
    return this.first?.from ?? this.#count
  }

  /** Bytes of output that wait. */
  get size(): number {
    return this.#count - this.stored
  }

  /** The first of what waits. */
  get first(): Slice | undefined {
    return this.#slices[0]
  }

  /** When the half character came that alone is waited for; null when it is something else, or nothing. */
  get halfSince(): number | null {
    return this.#held === 0 ? (this.first?.at ?? null) : null
  }

  push(slice: Slice): void {
    for (const _ of this.pushing(slice));
  }

  /** The same a little at a time: a text that is made for it takes long to be searched. */
  *pushing(slice: Slice): Generator<void> {
    if (this.#scan === null) return this.#push(slice)
    for (let from = 0; from < slice.size; from += scanBytes) {
      this.#push(partOf(slice, from, Math.min(slice.size, from + scanBytes)))
      yield
    }
  }

  #push(slice: Slice): void {
    const begin = this.#count
    let done = 0
    const add = (to: number) => {
      if (to > done) this.#slices.push(partOf(slice, done, to))
      done = to
      this.#count = begin + to
    }
    for (const { end, length } of this.#scan?.scan(slice.bytes) ?? []) {
      add(end)
      this.#cover(this.#count - length)
    }
    add(slice.size)
  }

  /**
   * What can be stored: all but what may be the beginning of a secret, and but a half character at the end for whose time `isOver` does not hold. `end`:
   * everything, because nothing more will come.
   */
  ready(isOver: 'end' | ((at: number) => boolean)): readonly Slice[] {
    const clean = isOver === 'end' ? this.#count : this.#count - this.#held
    const ready: Slice[] = []
    for (const slice of this.#slices) {
      const whole = slice.from + slice.size <= clean
      if (whole) ready.push(slice)
      else {
        // A mask may still grow.
        if (!slice.isMask && slice.from < clean) ready.push(partOf(slice, 0, clean - slice.from))
        break
      }
    }
    const last = ready.at(-1)
    const isAll = last !== undefined && last.from + last.size === this.#count
    return isOver === 'end' || !isAll ? ready : withoutHalf(ready, isOver)
  }

  /** Forgets so many bytes, which are stored now. */
  drop(bytes: number): void {
    let left = bytes
    let whole = 0
    for (const slice of this.#slices) {
      if (slice.size > left) break
      left -= slice.size
      whole += 1
    }
    this.#slices.splice(0, whole)
    const { first } = this
    if (left === 0 || first === undefined) return
    const rest = partOf(first, left)
    // A copy: the few bytes must not keep the whole buffer of the reading in memory.
    this.#slices[0] = { ...rest, bytes: Buffer.from(rest.bytes) }
  }

  get #held(): number {
    return this.#scan?.held ?? 0
  }

  /** Masks what waits from this count of the stream on, and any mask that overlaps it. */
  #cover(from: number): void {
    let first: Slice | undefined
    let start = from
    for (
      let last = this.#slices.at(-1);
      last !== undefined && last.from + last.size > start;
      last = this.#slices.at(-1)
    ) {
      this.#slices.pop()
      first = last
      if (last.from >= start) continue
      if (last.isMask) start = last.from
      else {
        this.#slices.push(partOf(last, 0, start - last.from))
        first = partOf(last, start - last.from)
      }
    }
    if (first !== undefined) this.#slices.push({ ...first, bytes: mask, size: this.#count - start, isMask: true })
  }
}

/** The slices of one stream without the half character at their end, unless `isOver` holds for when it came. */
export function withoutHalf(slices: readonly Slice[], isOver: (at: number) => boolean): readonly Slice[] {
  let end = Buffer.alloc(0)
  for (let at = slices.length - 1; at >= 0 && end.length < 3; at--)
    end = Buffer.concat([(slices[at] as Slice).bytes.subarray(-3), end])
  let half = incompleteTail(end)
  if (half === 0) return slices
  for (let at = slices.length - 1; at >= 0; at--) {
    const slice = slices[at] as Slice
    if (slice.size < half) {
      half -= slice.size
      continue
    }
    if (isOver(slice.at)) return slices
    const before = slices.slice(0, at)
    return slice.size === half ? before : [...before, partOf(slice, 0, slice.size - half)]
  }
  return slices
}
