import { type Automaton, type Found, longestPattern } from './automaton.ts'
import { type Escape, introducers, readEscape } from './escape.ts'

/** Readings that are followed at a time. More of them differ only in texts that are made for it. */
const mostLanes = 16

/** What an automaton's patterns may begin with, as they are and escaped: the first two bytes. */
export type Beginnings = Uint8Array

/** Finds out where to look. Patterns have two bytes at least. */
export function beginningsOf(patterns: readonly Uint8Array[]): Beginnings {
  const begins = new Uint8Array(65_536)
  const firsts = new Set(patterns.map(([first]) => first))
  for (const pattern of patterns) {
    const row = (pattern[0] as number) << 8
    for (const second of [pattern[1] as number, ...introducers.map(codeOf)]) begins[row | second] = 1
  }
  for (const [pair, { readings, isOpen }] of escapePairs)
    if (isOpen || readings.some(([first]) => firsts.has(first))) begins[pair] = 1
  return begins
}

const codeOf = (char: string) => char.charCodeAt(0)

/** What two bytes say that may be an escape. */
const escapePairs: readonly (readonly [number, Escape])[] = introducers.flatMap((char) =>
  Array.from({ length: 256 }, (_, second) => {
    const begun = readEscape(null, codeOf(char))
    const read = begun.isOpen ? readEscape(begun, second) : begun
    return [(codeOf(char) << 8) | second, read] as const
  }),
)

const isIntroducer = new Uint8Array(256)
for (const char of introducers) isIntroducer[codeOf(char)] = 1

/**
 * Finds patterns in a text as they are, and with any of their characters escaped in any of the ways of `readEscape`, each by itself: what is read both with and
 * without an escape goes on in two lanes.
 */
export class EscapedScan {
  readonly #automaton: Automaton
  readonly #begins: Beginnings
  /** The reading in which nothing is escaped. */
  #state = 0
  #count = 0
  #lanes: readonly Lane[] = []

  constructor(automaton: Automaton, begins: Beginnings) {
    this.#automaton = automaton
    this.#begins = begins
  }

  /** How many bytes at the end of what was scanned may be the beginning of a pattern. */
  get held(): number {
    let held = this.#automaton.depth(this.#state)
    for (const lane of this.#lanes)
      held = Math.max(held, spanOf(lane, this.#automaton.depth(lane.state)) + (lane.open?.text.length ?? 0))
    return held
  }

  /** Goes over the next bytes; adds what it finds, in order. */
  scan(bytes: Uint8Array, found: Found[]): void {
    const begins = this.#begins
    const automaton = this.#automaton
    const last = bytes.length - 1
    for (let at = 0; at <= last; at++) {
      const byte = bytes[at] as number
      const isQuiet = this.#state === 0 && this.#lanes.length === 0
      if (isQuiet && at < last && begins[(byte << 8) | (bytes[at + 1] as number)] === 0) continue
      if (this.#lanes.length > 0 || isIntroducer[byte] === 1) this.#read(byte, this.#count + at, at + 1, found)
      this.#state = automaton.next(this.#state, byte)
      const length = automaton.match(this.#state)
      if (length > 0) found.push({ end: at + 1, length })
    }
    this.#count += bytes.length
  }

  /** Goes on with all lanes, and with those that begin at this byte. `count`: bytes before it; `end`: place after it. */
  #read(byte: number, count: number, end: number, found: Found[]): void {
    const lanes: Lane[] = []
    const mayEscape = isIntroducer[byte] === 1
    for (const lane of this.#lanes) {
      if (lane.open !== null) this.#extend(lanes, lane, byte, end, found)
      else {
        this.#keep(lanes, this.#step(lane.state, lane.count, lane.escapes, byte, end, found))
        if (mayEscape) this.#extend(lanes, lane, byte, end, found)
      }
    }
    if (mayEscape) this.#extend(lanes, { state: this.#state, count, escapes: null, open: null }, byte, end, found)
    this.#lanes = lanes
  }

  /** Goes on with a lane whose escape goes on, or begins. */
  #extend(lanes: Lane[], lane: Lane, byte: number, end: number, found: Found[]): void {
    const open = readEscape(lane.open, byte)
    for (const reading of open.readings) {
      const escapes = withEscape(lane, open.text.length, reading.length)
      let read = lane
      for (const each of reading) read = this.#step(read.state, read.count, escapes, each, end, found)
      this.#keep(lanes, read)
    }
    if (open.isOpen && lanes.length < mostLanes)
      lanes.push({ state: lane.state, count: lane.count, escapes: lane.escapes, open })
  }

  #step(from: number, before: number, escapes: Escapes | null, byte: number, end: number, found: Found[]): Lane {
    const state = this.#automaton.next(from, byte)
    const lane = { state, count: before + 1, escapes, open: null }
    const length = this.#automaton.match(state)
    if (length > 0) found.push({ end, length: spanOf(lane, length) })
    return lane
  }

  /** Adds a lane, unless another one reads the same. */
  #keep(lanes: Lane[], lane: Lane): void {
    const depth = this.#automaton.depth(lane.state)
    // Without an escape in it the plain reading is as long.
    if (lane.escapes === null || lane.escapes.end <= lane.count - depth) return
    for (const [at, other] of lanes.entries()) {
      if (other.state !== lane.state || other.open !== null) continue
      if (spanOf(lane, depth) > spanOf(other, depth)) lanes[at] = lane
      return
    }
    if (lanes.length < mostLanes) lanes.push(lane)
  }
}

/** An escape that was read, and those before it. */
interface Escapes {
  /** Where it ends in what is read. */
  readonly end: number
  /** By how much longer it and those before it are written than read. */
  readonly extra: number
  readonly before: Escapes | null
  /** The nearest one before whose `length` is a multiple of `stride`. */
  readonly mark: Escapes | null
  /** How many there are with those before. */
  readonly length: number
}

/** So that walking back takes few steps. */
const stride = 8

/** One way to read the text up to here, in which something was escaped. */
interface Lane {
  /** Of the automaton, before `open`. */
  readonly state: number
  /** Bytes of what it reads, before `open`. */
  readonly count: number
  readonly escapes: Escapes | null
  /** The beginning of an escape, which is not read yet. */
  readonly open: Escape | null
}

/** Older ones are forgotten then: no more are within a pattern than it has bytes. */
const mostEscapes = 4 * longestPattern

/** The escapes of a lane when so many bytes of the text are read as so many others. */
function withEscape({ count, escapes }: Lane, written: number, bytes: number): Escapes {
  const before = escapes !== null && escapes.length > mostEscapes ? recent(escapes, longestPattern + 1) : escapes
  return linked(before, count + bytes, (before?.extra ?? 0) + written - bytes)
}

function linked(before: Escapes | null, end: number, extra: number): Escapes {
  if (before === null) return { end, extra, before, mark: null, length: 1 }
  const mark = before.length % stride === 0 ? before : before.mark
  return { end, extra, before, mark, length: before.length + 1 }
}

/** The last ones of many. */
function recent(escapes: Escapes, most: number): Escapes | null {
  const kept: Escapes[] = []
  for (let at: Escapes | null = escapes; at !== null && kept.length < most; at = at.before) kept.push(at)
  return kept.reduceRight<Escapes | null>((before, { end, extra }) => linked(before, end, extra), null)
}

/** Bytes of the text in which the last bytes of a lane are written. */
function spanOf({ count, escapes }: Lane, bytes: number): number {
  if (escapes === null) return bytes
  const from = count - bytes
  let at: Escapes | null = escapes
  while (at.mark !== null && at.mark.end > from) at = at.mark
  while (at !== null && at.end > from) at = at.before
  return bytes + escapes.extra - (at?.extra ?? 0)
}
