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

test('the first server follows the clock of the database, or its own where the two agree', () => {
  expect(startingPoint(found)).toBe(at - 7_000)
  expect(startingPoint({ ...found, wallMs: at + hour })).toBe(at + 3 - 7_000)
})

test('a server continues from an earlier one on its machine, even if a clock was set meanwhile', () => {
  const ownAheadMs = at - 7_000
  for (const step of [-hour, hour])
    expect(startingPoint({ ...found, ownAheadMs, wallMs: at + step, databaseMs: at + step })).toBe(ownAheadMs)
})

test('a server takes the time of the other working servers', () => {
  const fleet = { ...found, fleetAheadMs: -hour, ownAheadMs: at + 5 * hour }
  expect(startingPoint(fleet)).toBe(at + 3 - hour - 7_000)
})

test('a difference counts as an error only beyond the round-trip time of the database', () => {
  expect(errorOf(at, at + 4, 5)).toBe(0)
  expect(errorOf(at, at + hour, 5)).toBe(hour - 5)
  expect(errorOf(at, at - hour, 5)).toBe(5 - hour)
})
