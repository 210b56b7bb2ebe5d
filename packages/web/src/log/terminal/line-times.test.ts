import { expect, test } from 'vitest'
import { formatLineTime } from './line-times.ts'

test('web L10 times count from the start, or are times of day, with milliseconds', () => {
  const t0 = '2026-01-02T23:59:59.500Z'
  const of = (ms: number | null) => (['off', 'since', 'utc'] as const).map((mode) => formatLineTime(ms, t0, mode))
  expect(of(134_080)).toEqual(['', '+2:14.080', '00:02:13.580Z'])
  expect(of(3_723_004)).toEqual(['', '+1:02:03.004', '01:02:02.504Z'])
  expect(of(-20)).toEqual(['', '-0:00.020', '23:59:59.480Z'])
  expect(of(null)).toEqual(['', '', ''])
  expect(formatLineTime(5, null, 'utc')).toBe('')
  expect(formatLineTime(0, t0, 'local')).toMatch(/^\d\d:\d\d:59\.500$/)
})
