import { expect, test } from 'vitest'
import { keepWithin } from './test-reports.ts'

test('results of failed tests are kept first when a build exceeds its limit', () => {
  const results = (['skipped', 'passed', 'errored', 'passed', 'failed'] as const).map((state) => ({ state }))
  const kept = (room: number) => keepWithin(room, results).map(({ state }) => state)
  expect(kept(5)).toEqual(['skipped', 'passed', 'errored', 'passed', 'failed'])
  expect(kept(3)).toEqual(['failed', 'errored', 'passed'])
  expect(kept(0)).toEqual([])
})
