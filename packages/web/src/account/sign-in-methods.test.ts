import { expect, test } from 'vitest'
import { isFresh, removalRefusal } from './sign-in-methods.ts'

test('web S3 the last sign-in method cannot be removed, and none can while the number of others is unknown', () => {
  expect(removalRefusal(1, 0)).toMatch(/only way/)
  expect(removalRefusal(0, 1)).toMatch(/only way/)
  expect(removalRefusal(1, undefined)).toMatch(/only way/)
  expect(removalRefusal(1, 1)).toBeNull()
  expect(removalRefusal(2, 0)).toBeNull()
})

test('web S7 a sign-in is fresh for ten minutes, and only a sign-in of this session counts', () => {
  const now = Date.parse('2026-11-26T12:00:00Z')
  const begun = (created_at: string, current = true) => [{ created_at, current }]
  expect(isFresh(begun('2026-11-26T11:50:01Z'), now)).toBe(true)
  expect(isFresh(begun('2026-11-26T11:50:00Z'), now)).toBe(false)
  expect(isFresh(begun('2026-11-26T11:59:00Z', false), now)).toBe(false)
  expect(isFresh([], now)).toBe(false)
})
