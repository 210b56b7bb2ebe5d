import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodePosition, encodePosition } from './progress.ts'

const count = fc.integer({ min: 0, max: 2 ** 40 })

test('a position survives encoding', () => {
  fc.assert(
    fc.property(count, fc.tuple(count, count), (offset, skip) => {
      expect(decodePosition(encodePosition({ offset, skip }))).toEqual({ offset, skip })
    }),
  )
  expect(encodePosition({ offset: 0, skip: [0, 0] })).toBe('0')
})

test('an invalid position is refused', () => {
  for (const text of ['', '-1', '1:2', '1:2:3:4', '1.5', 'x', '1:2:', ' 1']) {
    expect(() => decodePosition(text), text).toThrow('expected a place in a spool')
  }
})
