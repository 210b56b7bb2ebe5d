import { expect, it } from 'vitest'
import { seconds } from './duration.ts'

it.each([
  [90, 90],
  ['90s', 90],
  ['1h30m', 5400],
  ['1d', 86_400],
  ['1d1h1m1s', 90_061],
])('%s is %d seconds', (duration, expected) => {
  expect(seconds('x', duration)).toBe(expected)
})

it.each([0, -1, 0.5, Number.NaN, '', '0s', '1', '1m1h', '1.5h', ' 1h', '1h ', `${'9'.repeat(30)}s`])(
  '%s is no duration',
  (duration) => {
    expect(() => seconds('x', duration)).toThrow(/^x: expected whole positive seconds/)
  },
)
