import fc from 'fast-check'
import { expect, test } from 'vitest'
import { thousands } from './count.ts'

test('thousands are separated by commas', () => {
  expect([0, 7, 999, 1000, 90_001, 1_000_000].map(thousands)).toEqual(['0', '7', '999', '1,000', '90,001', '1,000,000'])
  fc.assert(
    fc.property(fc.maxSafeInteger(), (count) => {
      expect(thousands(count)).toBe(count.toLocaleString('en'))
    }),
  )
})
