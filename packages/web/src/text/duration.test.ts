import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatAgo, formatDuration, formatTestDuration } from './duration.ts'

test('web B15 durations have a short form, and a missing one is a dash', () => {
  const said = [0, 400, 2_000, 9_949, 9_950, 42_000, 134_000, 3_840_000, 93_600_000].map(formatDuration)
  expect(said).toEqual(['0 s', '0.4 s', '2 s', '9.9 s', '10 s', '42 s', '2 m 14 s', '1 h 04 m', '1 d 2 h'])
  expect([null, undefined, Number.NaN].map(formatDuration)).toEqual(['—', '—', '—'])
  fc.assert(fc.property(fc.integer(), (ms) => /^\d/.test(formatDuration(ms))))
})

test('a test faster than a tenth of a second is shown in milliseconds', () => {
  expect([0, 0.2, 40, 99.4, 99.5, 400, null].map(formatTestDuration)).toEqual([
    ...['0 s', '1 ms', '40 ms', '99 ms', '0.1 s', '0.4 s', '—'],
  ])
})

test('an instant shows its age, and a future one is "just now"', () => {
  const now = Date.parse('2026-01-02T00:00:00Z')
  const ago = (ms: number) => formatAgo(new Date(now - ms).toISOString(), now)
  expect([-5_000, 44_000, 240_000, 7_200_000, 200_000_000].map(ago)).toEqual([
    'just now',
    'just now',
    '4 min ago',
    '2 h ago',
    '2 d ago',
  ])
  expect([formatAgo(null, now), formatAgo('x', now)]).toEqual(['—', '—'])
})
