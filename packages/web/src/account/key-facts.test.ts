import { expect, test } from 'vitest'
import { endOf, expiryOf } from './key-facts.ts'

const now = Date.parse('2026-11-26T12:00:00Z')

test('web S4 a key warns from seven days before it expires', () => {
  expect(expiryOf('2026-12-03T12:00:00Z', now)).toEqual({ text: 'expires in 7 days', isWarned: true })
  expect(expiryOf('2026-12-03T12:00:01Z', now)).toEqual({ text: 'expires in 7 days', isWarned: false })
  expect(expiryOf('2026-11-26T18:00:00Z', now)).toEqual({ text: 'expires within a day', isWarned: true })
  expect(expiryOf('2026-11-26T12:00:00Z', now)).toEqual({ text: 'has expired', isWarned: true })
  expect(expiryOf(null, now)).toEqual({ text: 'never expires', isWarned: false })
})

test('web S4 a key expires after the chosen number of days', () => {
  expect(endOf(90, now)).toBe('2027-02-24T12:00:00.000Z')
  expect(endOf(null, now)).toBeNull()
})
