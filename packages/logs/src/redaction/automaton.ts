import { nextTurn } from '../next-turn.ts'

/** Maximum number of bytes of a pattern. Depths and lengths take one byte per state. */
export const longestPattern = 64
/** Steps of work between two readings of the clock. */
const unitsPerLook = 2_048
/** Longest time in ms for which the construction blocks the event loop. */
const turnMs = 2

/** A match: the offset of its end in the bytes, and its number of bytes as written. */
export interface Found {
  readonly end: number
  readonly length: number
}

/**
 * Finds many texts in one pass (Aho and Corasick, 1975). States are numbered along each pattern, so
 * most edges lead to the next number and need no storage. A state takes nine bytes.
 */
export class Automaton {
  /** Indexed by byte: the next state from the start; 0 if no pattern begins with this byte. */
  readonly first = new Int32Array(256)
  /**
   * Indexed by state: the byte of the edge from the previous state; -1 if the previous state is not
   * the parent.
   */
  readonly #labels: Int16Array
  /**
   * Indexed by state: the longest proper suffix that is a state, the length of the state's text,
   * and the length of the longest pattern at its end.
   */
  readonly #fallback: Int32Array
  readonly #depth: Uint8Array
  readonly #match: Uint8Array
  /**
   * Indexed by state: 1 for a state with children besides the next state. `#branches` maps
   * `state * 256 + byte` to them.
   */
  readonly #isFork: Uint8Array
  readonly #branches = new Map<number, number>()

  private constructor(most: number) {
    this.#labels = new Int16Array(most + 1).fill(-1)
    this.#fallback = new Int32Array(most)
    this.#depth = new Uint8Array(most)
    this.#match = new Uint8Array(most)
    this.#isFork = new Uint8Array(most)
  }

  /**
   * Builds the automaton of patterns of 1 to `longestPattern` bytes in short turns of the event
   * loop.
   */
  static async of(patterns: readonly Uint8Array[]): Promise<Automaton> {
    const most = patterns.reduce((sum, { length }) => sum + length, 1)
    const automaton = new Automaton(most)
    let since = performance.now()
    for (const _ of automaton.#build(patterns, most)) {
      if (performance.now() - since < turnMs) continue
      await nextTurn()
      since = performance.now()
    }
    return automaton
  }

  /** Returns the state after another byte; 0 if no pattern begins there. */
  next(from: number, byte: number): number {
    for (let state = from; state !== 0; state = this.#fallback[state] as number) {
      const next = this.#edge(state, byte)
      if (next !== 0) return next
    }
    return this.first[byte] as number
  }

  /** Returns the number of trailing bytes that may begin a pattern. */
  depth(state: number): number {
    return this.#depth[state] as number
  }

  /** Returns the length of the longest pattern that ends here; 0 for none. */
  match(state: number): number {
    return this.#match[state] as number
  }

  #edge(state: number, byte: number): number {
    if (this.#labels[state + 1] === byte) return state + 1
    return this.#isFork[state] === 1 ? (this.#branches.get(state * 256 + byte) ?? 0) : 0
  }

  *#build(patterns: readonly Uint8Array[], most: number): Generator<void> {
    const parents = new Int32Array(most)
    const bytes = new Uint8Array(most)
    const perDepth = new Int32Array(longestPattern + 2)
    let states = 1
    let units = 0
    for (const pattern of patterns) {
      let state = 0
      for (const byte of pattern) {
        let next = state === 0 ? (this.first[byte] as number) : this.#edge(state, byte)
        if (next === 0) {
          next = states++
          parents[next] = state
          bytes[next] = byte
          const depth = this.depth(state) + 1
          this.#depth[next] = depth
          perDepth[depth + 1] = (perDepth[depth + 1] as number) + 1
          this.#connect(state, byte, next)
        }
        state = next
        if (++units % unitsPerLook === 0) yield
      }
      this.#match[state] = pattern.length
    }
    for (const state of byDepth(this.#depth.subarray(0, states), perDepth)) {
      this.#link(state, parents[state] as number, bytes[state] as number)
      if (++units % unitsPerLook === 0) yield
    }
  }

  #connect(state: number, byte: number, next: number): void {
    if (state === 0) this.first[byte] = next
    else if (next === state + 1) this.#labels[next] = byte
    else {
      this.#isFork[state] = 1
      this.#branches.set(state * 256 + byte, next)
    }
  }

  /** States of smaller depth are already linked. */
  #link(state: number, parent: number, byte: number): void {
    const target = parent === 0 ? 0 : this.next(this.#fallback[parent] as number, byte)
    this.#fallback[state] = target
    this.#match[state] ||= this.#match[target] as number
  }
}

/**
 * Returns all states but the first, by ascending depth. `perDepth` holds their counts, shifted by
 * one place.
 */
function byDepth(depth: Uint8Array, perDepth: Int32Array): Int32Array {
  for (let at = 1; at < perDepth.length; at++) perDepth[at] = (perDepth[at] as number) + (perDepth[at - 1] as number)
  const sorted = new Int32Array(depth.length - 1)
  for (let state = 1; state < depth.length; state++) {
    const at = depth[state] as number
    sorted[perDepth[at] as number] = state
    perDepth[at] = (perDepth[at] as number) + 1
  }
  return sorted
}
