import type { Slice } from './piece.ts'
import { type LogPosition, MAX_SKIP } from './position.ts'
import { incompleteTail } from './utf8-tail.ts'

/** How much of a spool is stored. */
export interface Stored {
  readonly position: LogPosition
  /** Count of the output's bytes up to the last one that is stored, counted as slices do. */
  readonly count: number
}

/** What of some slices can be stored now: a beginning of them but for the half characters at its end. */
export interface Cut {
  readonly taken: readonly Slice[]
  readonly left: readonly Slice[]
  readonly stored: Stored
}

/** One byte of a slice. */
interface Place {
  readonly byte: number
  readonly index: number
  readonly slice: Slice
}

/** A stream as far as it was looked at. */
interface Stream {
  /** The half character at the end. */
  readonly half: readonly Place[]
  /** The last byte before it, null when there is none. */
  readonly last: Place | null
}

/**
 * As much as can be stored of `slices`, which are all that is not stored yet, so that no character is split and a position can tell it; null when that
 * is nothing. A half character that came at a time for which `isOver` holds counts as whole.
 */
export function furthestCut(slices: readonly Slice[], before: Stored, isOver: (at: number) => boolean): Cut | null {
  // Nearly always all slices can be cut at once; only where they cannot is every shorter beginning looked at.
  return search(slices, before, isOver, slices.length) ?? search(slices, before, isOver, 1)
}

function search(
  slices: readonly Slice[],
  before: Stored,
  isOver: (at: number) => boolean,
  shortest: number,
): Cut | null {
  const none: Stream = { half: [], last: null }
  const streams: [Stream, Stream] = [none, none]
  let best: { count: number; half: readonly Place[]; stored: Stored } | null = null
  for (const [index, slice] of slices.entries()) {
    streams[slice.kind] = extended(streams[slice.kind], slice)
    if (index + 1 < shortest) continue
    const ends = streams.map((stream) => released(stream, isOver))
    const stored = storedWith(ends, before)
    if (stored !== null) best = { count: index + 1, half: ends.flatMap(({ half }) => half), stored }
  }
  return best === null ? null : { ...divided(slices, best.count, best.half), stored: best.stored }
}

function extended({ half, last }: Stream, slice: Slice): Stream {
  const end = lastPlaces(slice)
  const recent = slice.bytes.length > 3 ? end : [...half, ...end]
  const tail = incompleteTail(Buffer.from(recent.map(({ byte }) => byte)))
  const whole = recent.length - tail
  return { half: recent.slice(whole), last: recent[whole - 1] ?? last }
}

function lastPlaces(slice: Slice): Place[] {
  const places: Place[] = []
  for (let at = Math.max(0, slice.bytes.length - 4); at < slice.bytes.length; at += 1)
    places.push({ byte: slice.bytes[at] ?? 0, index: slice.start + at, slice })
  return places
}

function released(stream: Stream, isOver: (at: number) => boolean): Stream {
  const [first] = stream.half
  return first !== undefined && isOver(first.slice.at) ? { half: [], last: stream.half.at(-1) ?? null } : stream
}

/** What is stored when all but the half characters is; null when that is no more than before, or when no position can tell it. */
function storedWith(streams: readonly Stream[], before: Stored): Stored | null {
  const last = streams
    .flatMap((stream) => stream.last ?? [])
    .reduce<Place | null>((a, b) => (a === null || b.index > a.index ? b : a), null)
  if (last === null) return null
  const count = Math.max(before.count, last.index + 1)
  const missing = streams.flatMap(({ half }) => half.filter(({ index }) => index < count))
  // A half character that was waited for in vain: the other stream is stored beyond it already.
  if (count === before.count) return { position: { ...before.position, missing: missing.length }, count }
  const { slice } = missing[0] ?? last
  const isWhole = missing.length === 0 && count === slice.start + slice.bytes.length
  if (isWhole && slice.nextOffset !== null)
    return { position: { offset: slice.nextOffset, skip: 0, missing: 0 }, count }
  const skip = count - slice.offsetStart
  return skip > MAX_SKIP ? null : { position: { offset: slice.offset, skip, missing: missing.length }, count }
}

function divided(slices: readonly Slice[], count: number, half: readonly Place[]): Pick<Cut, 'taken' | 'left'> {
  const taken: Slice[] = []
  const left: Slice[] = []
  for (const slice of slices.slice(0, count)) {
    const whole = slice.bytes.length - half.filter((place) => place.slice === slice).length
    if (whole > 0) taken.push(partOf(slice, 0, whole))
    // A copy: the few bytes must not keep the whole buffer of the reading in memory.
    if (whole < slice.bytes.length) left.push(copyOf(partOf(slice, whole)))
  }
  return { taken, left: left.concat(slices.slice(count)) }
}

function partOf(slice: Slice, from: number, to = slice.bytes.length): Slice {
  if (from === 0 && to === slice.bytes.length) return slice
  const nextOffset = to === slice.bytes.length ? slice.nextOffset : null
  return { ...slice, bytes: slice.bytes.subarray(from, to), start: slice.start + from, nextOffset }
}

function copyOf(slice: Slice): Slice {
  return { ...slice, bytes: Buffer.from(slice.bytes) }
}
