import type { Automaton, Found } from './automaton.ts'

const LF = 0x0a
const CR = 0x0d
/** Maximum number of bytes of a line break inside a pattern: CR and LF. */
const longestBreak = 2

/** Indexed by byte: its six bits in one of the two alphabets; -1 for any other byte. */
const values = new Int8Array(256).fill(-1)
for (const alphabet of [
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
])
  for (const [value, char] of [...alphabet].entries()) values[char.charCodeAt(0)] = value

/**
 * Returns a table indexed by the bits of two letters: 1 if they can encode the first byte of a
 * pattern.
 */
export function beginningLetters({ first }: Automaton): Uint8Array {
  return new Uint8Array(4_096).map((_, bits) =>
    places.some((place) => first[(bits >> (6 - 2 * place)) & 0xff] !== 0) ? 1 : 0,
  )
}

/** Possible positions of a byte's last letter in a group of four. */
const places = [1, 2, 3] as const

/**
 * Finds patterns in Base64 text: in both alphabets, at every alignment of the groups of four
 * letters, and with line breaks anywhere. Each byte spans at most two letters, so the scan keeps
 * only the previous letter and one state per alignment.
 */
export class Base64Scan {
  readonly #automaton: Automaton
  /** Indexed by the position of the first letter of a group, modulo 4. */
  readonly #states = new Int32Array(4)
  /**
   * Number of letters since the last byte that is not a letter, and the bits of the last two
   * letters.
   */
  #letters = 0
  #bits = 0
  #count = 0
  /** Positions of line breaks among the letters that may become a match, ascending. */
  #breaks: number[] = []
  /** Indexed by the bits of two letters: 1 if they can encode the first byte of a pattern. */
  readonly #mayBegin: Uint8Array

  /** `mayBegin` is the result of `beginningLetters` for the automaton. */
  constructor(automaton: Automaton, mayBegin: Uint8Array) {
    this.#automaton = automaton
    this.#mayBegin = mayBegin
  }

  /** Number of bytes at the end of the scanned text that may begin a pattern. */
  get held(): number {
    let letters = this.#letters > 0 && this.#mayBeginIn(this.#bits & 0x3f) ? 1 : 0
    for (let place = 0; place < 4; place++) {
      const depth = this.#automaton.depth(this.#states[(this.#letters - place) & 3] as number)
      if (depth === 0) continue
      // The first letter of a group belongs to the next byte.
      letters = Math.max(letters, place === 0 ? lettersOf(depth, 3) + 1 : lettersOf(depth, place))
    }
    return spanOf(letters, this.#count, this.#breaks)
  }

  /** Scans the next bytes and adds the matches, in order. */
  scan(bytes: Uint8Array, found: Found[]): void {
    const first = this.#automaton.first
    const mayBegin = this.#mayBegin
    const states = this.#states
    let [letters, bits] = [this.#letters, this.#bits]
    let isQuiet = isAtRest(states)
    for (let at = 0; at < bytes.length; at++) {
      const value = values[bytes[at] as number] as number
      if (value === -1) {
        if (letters > 0 && this.#interrupts(bytes[at] as number, this.#count + at)) {
          letters = 0
          isQuiet = true
        }
        continue
      }
      bits = ((bits << 6) | value) & 0xfff
      letters++
      if (isQuiet && mayBegin[bits] === 0) continue
      if (letters === 1) continue
      for (const place of places) {
        const group = (letters - place) & 3
        const state = states[group] as number
        const read = (bits >> (6 - 2 * place)) & 0xff
        if (state === 0 && first[read] === 0) continue
        const next = this.#automaton.next(state, read)
        states[group] = next
        const length = this.#automaton.match(next)
        if (length === 0) continue
        found.push({ end: at + 1, length: spanOf(lettersOf(length, place), this.#count + at + 1, this.#breaks) })
      }
      isQuiet = isAtRest(states)
    }
    this.#letters = letters
    this.#bits = bits
    this.#count += bytes.length
    if (this.#breaks.length > 0) {
      const from = this.#count - this.held
      const recent = this.#breaks.length - longestBreak
      this.#breaks = this.#breaks.filter((place, index) => place >= from || index >= recent)
    }
  }

  /**
   * Whether a pattern may begin in this letter: with all of its bits, the last four, or the last
   * two.
   */
  #mayBeginIn(letter: number): boolean {
    return this.#automaton.first.some(
      (state, byte) =>
        state !== 0 && (byte >> 2 === letter || byte >> 4 === (letter & 0xf) || byte >> 6 === (letter & 3)),
    )
  }

  /** Whether this byte ends a run of letters. Only a line break may occur within one. */
  #interrupts(byte: number, place: number): boolean {
    const isBreak = byte === LF || byte === CR
    if (isBreak && this.#breaks.at(-longestBreak) !== place - longestBreak) {
      this.#breaks.push(place)
      return false
    }
    this.#states.fill(0)
    this.#breaks = []
    return true
  }
}

function isAtRest(states: Int32Array): boolean {
  return states[0] === 0 && states[1] === 0 && states[2] === 0 && states[3] === 0
}

/**
 * Returns the number of letters that encode the last bytes if the last letter has this position in
 * its group.
 */
function lettersOf(bytes: number, place: number): number {
  return Math.ceil((bytes * 8 + 6 - 2 * place) / 6)
}

/**
 * Returns the number of bytes before `end` that hold this many letters and the line breaks between
 * them.
 */
function spanOf(letters: number, end: number, breaks: readonly number[]): number {
  let start = end - letters
  for (let at = breaks.length - 1; at >= 0 && (breaks[at] as number) >= start; at--) start--
  return end - start
}
