const LF = 0x0a
const CR = 0x0d
/** A line break within a pattern is a CR and a LF at the most. */
const longestBreak = 2

/** Where a scan is in its text. */
export interface ScanPlace {
  /** The state of the automaton, 0 at the beginning. */
  readonly state: number
  /** Bytes of the text that were scanned. */
  readonly count: number
  /** Which of them were line breaks within what may become a match, ascending. */
  readonly breaks: readonly number[]
}

export const atBeginning: ScanPlace = { state: 0, count: 0, breaks: [] }

/** A place where a pattern ends: how far into the bytes, and the length of the longest one there, with the line breaks in it. */
export interface Found {
  readonly end: number
  readonly length: number
}

/** Finds many texts at once in one pass (Aho and Corasick, 1975). Where nothing matches, a look at two bytes is all it takes. */
export class Matcher {
  /** Edges of the trie, open addressing: `state * 256 + byte + 1`, and the state that the edge leads to. */
  readonly #keys: Int32Array
  readonly #targets: Int32Array
  readonly #shift: number
  /** By state: the longest other state that its text ends with, the length of its text, and that of the longest pattern that it ends with. */
  readonly #fallback: Int32Array
  readonly #depth: Int32Array
  readonly #match: Int32Array
  /** Whether a pattern begins with these two bytes. */
  readonly #begins = new Uint8Array(65_536)

  readonly #isWrapped: boolean

  /** Patterns have two bytes at least. `isWrapped`: they are found with line breaks in them too, and have none of their own. */
  constructor(patterns: readonly Uint8Array[], isWrapped = false) {
    this.#isWrapped = isWrapped
    const most = patterns.reduce((sum, { length }) => sum + length, 1)
    const bits = Math.max(4, Math.ceil(Math.log2(most * 2)))
    this.#shift = 32 - bits
    this.#keys = new Int32Array(2 ** bits)
    this.#targets = new Int32Array(2 ** bits)
    this.#fallback = new Int32Array(most)
    this.#depth = new Int32Array(most)
    this.#match = new Int32Array(most)
    this.#link(this.#grow(patterns, most))
  }

  /** How many bytes at the end of what was scanned may be the beginning of a pattern. */
  held({ state, count, breaks }: ScanPlace): number {
    return spanOf(this.#depth[state] as number, count, breaks)
  }

  /** Goes over `bytes`, which follow those that the place was left at; gives the place behind them. Adds what it finds, in order. */
  scan(bytes: Uint8Array, { state: from, count, breaks: before }: ScanPlace, found: Found[]): ScanPlace {
    const begins = this.#begins
    const fallback = this.#fallback
    const match = this.#match
    const last = bytes.length - 1
    let breaks = [...before]
    let state = from
    for (let at = 0; at <= last; at++) {
      const byte = bytes[at] as number
      if (state === 0 && at < last && begins[(byte << 8) | (bytes[at + 1] as number)] === 0) continue
      if (this.#isWrapped && state !== 0 && (byte === LF || byte === CR)) {
        const isLong = breaks.at(-longestBreak) === count + at - longestBreak
        if (isLong) state = 0
        else breaks.push(count + at)
        continue
      }
      let next = this.#edge(state, byte)
      while (next === 0 && state !== 0) {
        state = fallback[state] as number
        next = this.#edge(state, byte)
      }
      state = next
      if (state === 0) {
        if (breaks.length > 0) breaks = []
        continue
      }
      const length = match[state] as number
      if (length > 0) found.push({ end: at + 1, length: spanOf(length, count + at + 1, breaks) })
    }
    const place = { state, count: count + bytes.length, breaks }
    const first = place.count - this.held(place)
    return { ...place, breaks: breaks.filter((at) => at >= first) }
  }

  /** The state that an edge leads to, 0 when there is none. */
  #edge(state: number, byte: number): number {
    const key = state * 256 + byte + 1
    const mask = this.#keys.length - 1
    for (let at = this.#slot(key); ; at = (at + 1) & mask) {
      const here = this.#keys[at]
      if (here === key) return this.#targets[at] as number
      if (here === 0) return 0
    }
  }

  #slot(key: number): number {
    return Math.imul(key, 0x9e3779b1) >>> this.#shift
  }

  /** Makes the trie; gives the states that there are, and where each comes from. */
  #grow(patterns: readonly Uint8Array[], most: number): Trie {
    const parents = new Int32Array(most)
    const bytes = new Uint8Array(most)
    const mask = this.#keys.length - 1
    let states = 1
    for (const pattern of patterns) {
      for (const next of this.#isWrapped ? [pattern[1] as number, LF, CR] : [pattern[1] as number])
        this.#begins[((pattern[0] as number) << 8) | next] = 1
      let state = 0
      for (const byte of pattern) {
        let next = this.#edge(state, byte)
        if (next === 0) {
          next = states++
          parents[next] = state
          bytes[next] = byte
          const key = state * 256 + byte + 1
          let at = this.#slot(key)
          while (this.#keys[at] !== 0) at = (at + 1) & mask
          this.#keys[at] = key
          this.#targets[at] = next
          this.#depth[next] = (this.#depth[state] as number) + 1
        }
        state = next
      }
      this.#match[state] = pattern.length
    }
    return { states, parents, bytes }
  }

  #link({ states, parents, bytes }: Trie): void {
    // The shorter ones first: a state falls back to a shorter one.
    const byDepth = new Int32Array(states)
      .map((_, state) => state)
      .sort((a, b) => (this.#depth[a] as number) - (this.#depth[b] as number))
    for (const state of byDepth.subarray(1)) {
      const parent = parents[state] as number
      const byte = bytes[state] as number
      let behind = this.#fallback[parent] as number
      while (behind !== 0 && this.#edge(behind, byte) === 0) behind = this.#fallback[behind] as number
      const target = parent === 0 ? 0 : this.#edge(behind, byte)
      this.#fallback[state] = target
      this.#match[state] ||= this.#match[target] as number
    }
  }
}

interface Trie {
  readonly states: number
  /** By state: the one before it, and the byte that leads from there. */
  readonly parents: Int32Array
  readonly bytes: Uint8Array
}

/** Bytes before `end` that have so many letters, with the line breaks between them. */
function spanOf(letters: number, end: number, breaks: readonly number[]): number {
  let start = end - letters
  for (let at = breaks.length - 1; at >= 0 && (breaks[at] as number) >= start; at--) start--
  return end - start
}
