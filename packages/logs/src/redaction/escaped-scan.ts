import { type Automaton, type Found, longestPattern } from './automaton.ts'
import { type Escape, introducers, readEscape } from './escape.ts'

/** Maximum number of parallel readings. Only crafted texts have more. */
const mostLanes = 16

/** Indexed by two bytes: 1 if a pattern may begin with them, plain or escaped. */
export type Beginnings = Uint8Array

/** Returns the table of possible beginnings. Patterns have at least two bytes. */
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

/** The readings of each pair of bytes that may be an escape. */
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
 * Finds patterns in a text, plain or with any characters escaped as in `readEscape`. A text that
 * can be read with and without an escape continues in two lanes.
 */
export class EscapedScan {
  readonly #automaton: Automaton
  readonly #begins: Beginnings
  /** State of the reading without escapes. */
  #state = 0
  #count = 0
  #lanes: readonly Lane[] = []

  constructor(automaton: Automaton, begins: Beginnings) {
    this.#automaton = automaton
    this.#begins = begins
  }

  /** Number of bytes at the end of the scanned text that may begin a pattern. */
  get held(): number {
    let held = this.#automaton.depth(this.#state)
    for (const lane of this.#lanes)
      held = Math.max(held, spanOf(lane, this.#automaton.depth(lane.state)) + (lane.open?.text.length ?? 0))
    return held
  }

  /** Scans the next bytes and adds the matches, in order. */
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

  /**
   * Continues all lanes and begins those that start at this byte. `count` is the number of bytes
   * before the byte, `end` the position after it.
   */
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

  /** Continues a lane with an open escape or with one that begins here. */
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

  /** Adds a lane unless another lane is in the same state. */
  #keep(lanes: Lane[], lane: Lane): void {
    const depth = this.#automaton.depth(lane.state)
    // A lane without an escape in its match adds nothing to the plain reading.
    if (lane.escapes === null || lane.escapes.end <= lane.count - depth) return
    for (const [at, other] of lanes.entries()) {
      if (other.state !== lane.state || other.open !== null) continue
      if (spanOf(lane, depth) > spanOf(other, depth)) lanes[at] = lane
      return
    }
    if (lanes.length < mostLanes) lanes.push(lane)
  }
}

/** Linked list of the escapes of a lane, newest first. */
interface Escapes {
  /** Position in the read text at which the escape ends. */
  readonly end: number
  /** Number of extra bytes in the written text due to this escape and earlier ones. */
  readonly extra: number
  readonly before: Escapes | null
  /** The nearest earlier escape whose `length` is a multiple of `stride`. */
  readonly mark: Escapes | null
  /** Number of escapes up to this one. */
  readonly length: number
}

/** Distance of marks, which shorten the walk back. */
const stride = 8

/** One reading of the text so far that contains an escape. */
interface Lane {
  /** State of the automaton before `open`. */
  readonly state: number
  /** Number of bytes read before `open`. */
  readonly count: number
  readonly escapes: Escapes | null
  /** An incomplete escape, not yet part of the reading. */
  readonly open: Escape | null
}

/** Escapes beyond this number are dropped, because a pattern cannot contain more. */
const mostEscapes = 4 * longestPattern

/** Returns the escapes of a lane after `written` bytes of the text were read as `bytes`. */
function withEscape({ count, escapes }: Lane, written: number, bytes: number): Escapes {
  const before = escapes !== null && escapes.length > mostEscapes ? recent(escapes, longestPattern + 1) : escapes
  return linked(before, count + bytes, (before?.extra ?? 0) + written - bytes)
}

function linked(before: Escapes | null, end: number, extra: number): Escapes {
  if (before === null) return { end, extra, before, mark: null, length: 1 }
  const mark = before.length % stride === 0 ? before : before.mark
  return { end, extra, before, mark, length: before.length + 1 }
}

/** Returns the newest escapes of a long list. */
function recent(escapes: Escapes, most: number): Escapes | null {
  const kept: Escapes[] = []
  for (let at: Escapes | null = escapes; at !== null && kept.length < most; at = at.before) kept.push(at)
  return kept.reduceRight<Escapes | null>((before, { end, extra }) => linked(before, end, extra), null)
}

/** Returns the number of written bytes that encode the last bytes of a lane. */
function spanOf({ count, escapes }: Lane, bytes: number): number {
  if (escapes === null) return bytes
  const from = count - bytes
  let at: Escapes | null = escapes
  while (at.mark !== null && at.mark.end > from) at = at.mark
  while (at !== null && at.end > from) at = at.before
  return bytes + escapes.extra - (at?.extra ?? 0)
}
