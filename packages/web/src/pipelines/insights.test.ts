import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Schema } from '../api/schemas.ts'
import { insightsOf } from './insights.ts'

const build = (number: number, state: Schema<'BuildSummary'>['state'], run_ms: number | null, failed_step = '') => ({
  ...{ number, pipeline_slug: 'ci', state, created_at: '2026-01-01T00:00:00Z', queue_ms: 0, version: 1 },
  ...{ run_ms, failed_step: failed_step === '' ? null : failed_step },
})

test('web P3 pass rate, durations and failing steps count passed and failed builds only', () => {
  const found = insightsOf([
    build(6, 'running', 9_000_000),
    build(5, 'canceled', 1),
    build(4, 'failed', 500, 'test'),
    build(3, 'passed', 300),
    build(2, 'failed', 500, 'lint'),
    build(1, 'failed', null, 'test'),
  ])
  expect(found).toMatchObject({ finished: 4, passed: 1, medianMs: 300, p90Ms: 300 })
  expect(found.failingSteps).toEqual([
    { name: 'test', count: 2 },
    { name: 'lint', count: 1 },
  ])
  expect(found.bars.map(({ build: { number } }) => number)).toEqual([2, 3, 4, 5, 6])
})

test('web P3 half of the passed builds took no longer than the median, nine in ten no longer than p90', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100_000), { minLength: 1, maxLength: 50 }), (durations) => {
      const { medianMs, p90Ms } = insightsOf(durations.map((ms, index) => build(index + 1, 'passed', ms)))
      const within = (limit: number | null) => durations.filter((ms) => ms <= (limit ?? -1)).length / durations.length
      const below = (limit: number | null) => durations.filter((ms) => ms < (limit ?? 0)).length / durations.length
      expect(within(medianMs)).toBeGreaterThanOrEqual(0.5)
      expect(below(medianMs)).toBeLessThan(0.5)
      expect(within(p90Ms)).toBeGreaterThanOrEqual(0.9)
      expect(below(p90Ms)).toBeLessThan(0.9)
    }),
  )
})

test('without builds there are no numbers', () => {
  expect(insightsOf([])).toEqual({ finished: 0, passed: 0, medianMs: null, p90Ms: null, failingSteps: [], bars: [] })
})
