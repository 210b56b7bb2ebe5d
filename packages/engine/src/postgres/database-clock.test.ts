import { expect, test } from 'vitest'
import { errorOf, startingPoint } from './database-clock.ts'

const at = Date.UTC(2026, 10, 28)
const hour = 3_600_000
const found = {
  wallMs: at,
  bootMs: 7_000,
  databaseMs: at + 3,
  unsureMs: 5,
  ownAheadMs: null,
  fleetAheadMs: null,
}

test('the first server counts by the database, and by its own clock where the two agree', () => {
  expect(startingPoint(found)).toBe(at - 7_000)
  expect(startingPoint({ ...found, wallMs: at + hour })).toBe(at + 3 - 7_000)
})

test('a server counts as an earlier one on its machine did, whatever clock was set meanwhile', () => {
  const ownAheadMs = at - 7_000
  for (const step of [-hour, hour])
    expect(startingPoint({ ...found, ownAheadMs, wallMs: at + step, databaseMs: at + step })).toBe(ownAheadMs)
})

test('a server counts as the other working servers do', () => {
  const fleet = { ...found, fleetAheadMs: -hour, ownAheadMs: at + 5 * hour }
  expect(startingPoint(fleet)).toBe(at + 3 - hour - 7_000)
})

test('a difference counts as an error only beyond the delay of the database', () => {
  expect(errorOf(at, at + 4, 5)).toBe(0)
  expect(errorOf(at, at + hour, 5)).toBe(hour - 5)
  expect(errorOf(at, at - hour, 5)).toBe(5 - hour)
})
