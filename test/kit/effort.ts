/** How large the tests are, and which random cases they try. */
import process from 'node:process'

/** 1 in `npm test`. `npm run test:soak` raises it; `HARMONT_TEST_EFFORT` sets it by hand. */
export const effort = positive('HARMONT_TEST_EFFORT', 1)

/** The same in each `npm test`; random and printed in soak. `HARMONT_TEST_SEED` repeats a run. */
export const seed = positive('HARMONT_TEST_SEED', 20_261_128)

/** Returns a size that grows with the effort: `small` in `npm test`, never more than `most`. */
export function scaled(small: number, most = Number.POSITIVE_INFINITY): number {
  return Math.min(most, Math.max(1, Math.round(small * effort)))
}

/** Random numbers that repeat with their seed. */
export interface Chance {
  readonly seed: number
  /** From 0 to 1, without 1. */
  fraction(): number
  /** A whole number, both ends included. */
  between(least: number, most: number): number
  pick<T>(list: readonly T[]): T
  isOneIn(count: number): boolean
}

/** Returns the random numbers of a seed, by mulberry32. */
export function chance(from = seed): Chance {
  let state = from
  const fraction = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (least: number, most: number) => least + Math.floor(fraction() * (most - least + 1))
  return {
    seed: from,
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

function positive(name: string, otherwise: number): number {
  const text = process.env[name]
  if (text === undefined) return otherwise
  const value = Number(text)
  if (!(value > 0)) throw new Error(`${name}: expected a number above 0, got ${JSON.stringify(text)}`)
  return value
}
