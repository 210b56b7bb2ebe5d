import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { comparePaths, compareText } from './text-order.ts'

const anyText = fc.string({
  unit: fc.constantFrom('a', 'b', '-', '/', 'é', '\ud7ff', '\ue000', 'ﬀ', '😀', '\u{10ffff}'),
  maxLength: 5,
})

it('orders texts like their UTF-8 bytes', () => {
  fc.assert(
    fc.property(anyText, anyText, (a, b) => {
      expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
    { numRuns: scaled(1000) },
  )
})

it('orders paths by component, as in the table of ir.md 2.4', () => {
  const order = ['.hid/x', 'a/b.txt', 'a-b.txt', 'link.txt', 'é.txt', 'ﬀ.txt', '😀.txt']
  expect([...order].reverse().sort(comparePaths)).toEqual(order)
})
