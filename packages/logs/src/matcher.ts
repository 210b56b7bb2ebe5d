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

  /** Patterns have two bytes at least. */
  constructor(patterns: readonly Uint8Array[]) {
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
  depth(state: number): number {
    return this.#depth[state] as number
  }

  /**
   * Goes over `bytes` from the state that an earlier scan of the same text gave, 0 at its beginning; gives the state at the end. Tells of each place where
   * a pattern ends: how far into `bytes`, and the length of the longest one.
   */
  scan(bytes: Uint8Array, from: number, found: (end: number, length: number) => void): number {
    const begins = this.#begins
    const fallback = this.#fallback
    const match = this.#match
    const last = bytes.length - 1
    let state = from
    for (let at = 0; at <= last; at++) {
      const byte = bytes[at] as number
      if (state === 0 && at < last && begins[(byte << 8) | (bytes[at + 1] as number)] === 0) continue
      let next = this.#edge(state, byte)
      while (next === 0 && state !== 0) {
        state = fallback[state] as number
        next = this.#edge(state, byte)
      }
      state = next
      const length = match[state] as number
      if (length > 0) found(at + 1, length)
    }
    return state
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
      this.#begins[((pattern[0] as number) << 8) | (pattern[1] as number)] = 1
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
    const byDepth = new Int32Array(states).map((_, state) => state).sort((a, b) => this.depth(a) - this.depth(b))
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
