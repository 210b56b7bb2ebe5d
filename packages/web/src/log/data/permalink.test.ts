import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rangeAfterClick, readFragment, writeFragment } from './permalink.ts'

test('web L13 a link to lines is parsed as it was written', () => {
  const line = fc.integer({ min: 1, max: 1e12 })
  fc.assert(
    fc.property(line, line, (one, other) => {
      const range = { from: Math.min(one, other), to: Math.max(one, other) }
      expect(readFragment(writeFragment(range))).toEqual(range)
    }),
  )
  expect(writeFragment(null)).toBe('')
})

test('web L13 other fragments mark no line', () => {
  for (const text of ['', '#', '#L', '#L0', '#l12', '#L1x', '#L1-', '#main', '#L12345678901234567890'])
    expect(readFragment(text)).toBeNull()
  expect(readFragment('#L9-L3')).toEqual({ from: 3, to: 9 })
  expect(readFragment('L12-14')).toEqual({ from: 12, to: 14 })
})

test('web L13 Shift marks all lines from the first marked one', () => {
  expect(rangeAfterClick(null, 5, true)).toEqual({ from: 5, to: 5 })
  expect(rangeAfterClick(9, 5, true)).toEqual({ from: 5, to: 9 })
  expect(rangeAfterClick(9, 5, false)).toEqual({ from: 5, to: 5 })
})
