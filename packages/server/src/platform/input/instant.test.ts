import { expect, test } from 'vitest'
import { formatInstant, parseInstant } from './instant.ts'

test.for(['9999-12-31T23:59:59Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999+00:00'])(
  '%s is an instant',
  (text) => {
    expect(formatInstant(parseInstant(text) ?? 0)).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/)
  },
)

test.for(['9999-12-31T23:59:59-14:00', '0000-01-01T00:00:00+14:00', '2030-13-01T00:00:00Z', '2030-01-01'])(
  '%s is invalid: no year of four digits, or no such day',
  (text) => {
    expect(parseInstant(text)).toBeUndefined()
  },
)
