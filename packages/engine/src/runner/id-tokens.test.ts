import { expect, test } from 'vitest'
import { withNewer } from './id-tokens.ts'

test('G120 tokens that may be valid are masked whole, those of three more hours by their signatures, and older ones not at all', () => {
  const tokens = 10
  const setOf = (number: number) => Array.from({ length: tokens }, (_, index) => `e30.e30.${number}-${index}`)
  const sets = 100
  const masked = Array.from({ length: sets }, (_, number) => setOf(number)).reduce(withNewer, [])
  // A set is issued every five minutes: the last four may be valid, and three more hours have 36
  // sets.
  const whole = [3, 2, 1, 0].flatMap((ago) => setOf(sets - 1 - ago))
  expect(masked.slice(-whole.length)).toEqual(whole)
  const older = masked.slice(0, -whole.length)
  expect(older.length).toBe(36 * tokens)
  expect([older[0], older.at(-1)]).toEqual([`${sets - 40}-0`, `${sets - 5}-9`])
})
