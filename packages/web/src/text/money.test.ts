import { expect, test } from 'vitest'
import { formatCents, formatHours } from './money.ts'

test('web B16 amounts are signed dollars, and an unknown amount is a dash', () => {
  expect([4, -120, 123_450, 0].map(formatCents)).toEqual(['$0.04', '-$1.20', '$1,234.50', '$0.00'])
  expect([null, undefined, Number.NaN].map(formatCents)).toEqual(['—', '—', '—'])
})

test('resource seconds are shown in hours', () => {
  expect([90, 44_280, 3_600_000].map(formatHours)).toEqual(['0.03', '12.3', '1,000'])
})
