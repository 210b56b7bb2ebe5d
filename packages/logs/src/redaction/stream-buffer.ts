import { partOf, type Slice } from '../piece.ts'
import { incompleteTail } from '../utf8-tail.ts'
import type { SecretScan } from './secret-scan.ts'

const mask = Buffer.from('***')
/** Number of bytes scanned between two yields of `pushing`. */
const scanBytes = 8 * 1024

/**
 * Holds the bytes of one stream that are not yet stored, with secrets masked. Overlapping secrets
 * become one mask.
 */
export class StreamBuffer {
  readonly #scan: SecretScan | null
  #count: number
  #slices: Slice[] = []

  /** `count` is the number of stored bytes of the stream. */
  constructor(scan: SecretScan | null, count: number) {
    this.#scan = scan
    this.#count = count
  }

  /** Number of stored bytes of the stream. */
  get stored(): number {
    return this.first?.from ?? this.#count
  }

  /** Number of waiting bytes. */
  get size(): number {
    return this.#count - this.stored
  }

  /** The first waiting slice. */
  get first(): Slice | undefined {
    return this.#slices[0]
  }

  /** Arrival of the incomplete character if nothing else is held back; null otherwise. */
  get halfSince(): number | null {
    return this.#held === 0 ? (this.first?.at ?? null) : null
  }

  push(slice: Slice): void {
    for (const _ of this.pushing(slice));
  }

  /** Pushes bytes in small steps, because a hostile text takes long to scan. */
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
   * Returns the slices that can be stored: all but a possible beginning of a secret and an
   * incomplete character at the end, unless `isOver` holds for its arrival. `end` returns
   * everything, because nothing follows.
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

  /** Drops stored bytes. */
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
    // Copies the few bytes, so that they do not keep the whole read buffer in memory.
    this.#slices[0] = { ...rest, bytes: Buffer.from(rest.bytes) }
  }

  get #held(): number {
    return this.#scan?.held ?? 0
  }

  /** Masks the waiting bytes from this position on, together with any mask that overlaps them. */
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

/**
 * Returns the slices of one stream without an incomplete character at the end, unless `isOver`
 * holds for its arrival.
 */
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
