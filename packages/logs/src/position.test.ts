import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodePosition, encodePosition, MAX_OFFSET, MAX_SKIP } from './position.ts'

test('every position comes back from its integer, which is safe, and the beginning is 0', () => {
  const position = fc.record({
    offset: fc.integer({ min: 0, max: MAX_OFFSET }),
    skip: fc.integer({ min: 0, max: MAX_SKIP }),
    missing: fc.integer({ min: 0, max: 3 }),
  })
  const last = { offset: MAX_OFFSET, skip: MAX_SKIP, missing: 3 }
  fc.assert(
    fc.property(position, (given) => {
      const encoded = encodePosition(given)
      expect(Number.isSafeInteger(encoded)).toBe(true)
      expect(decodePosition(encoded)).toEqual(given)
    }),
    { examples: [[last]] },
  )
  expect(decodePosition(0)).toEqual({ offset: 0, skip: 0, missing: 0 })
})

test('a position that the integer cannot tell is refused, not bent', () => {
  const refused = [
    { offset: MAX_OFFSET + 1, skip: 0, missing: 0 },
    { offset: 0, skip: MAX_SKIP + 1, missing: 0 },
    { offset: 0, skip: 0, missing: 4 },
  ]
  for (const position of refused) expect(() => encodePosition(position)).toThrow(RangeError)
})
