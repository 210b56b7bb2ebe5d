import process from 'node:process'

/** Chance that can be had again: the same seed gives the same numbers. */
export interface Chance {
  readonly seed: number
  /** From 0 to 1, without 1. */
  fraction(): number
  /** A whole number, both ends included. */
  between(least: number, most: number): number
  pick<T>(list: readonly T[]): T
  isOneIn(count: number): boolean
}

/** `HARMONT_TEST_SEED` repeats a run; without it each is another. */
export function chance(seed = Number(process.env.HARMONT_TEST_SEED ?? Date.now() % 1_000_000_000)): Chance {
  let state = seed
  // mulberry32
  const fraction = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (least: number, most: number) => least + Math.floor(fraction() * (most - least + 1))
  return {
    seed,
    fraction,
    between,
    pick(list) {
      const found = list[between(0, list.length - 1)]
      if (found === undefined) throw new Error('nothing to pick from')
      return found
    },
    isOneIn: (count) => between(1, count) === 1,
  }
}
