import { expect, test } from 'vitest'
import { type BuildFilters, type BuildSummary, describeFilter, filtersOf, matchesFilters, queryOf } from './filters.ts'

const build: BuildSummary = {
  number: 12,
  pipeline_slug: 'ci',
  state: 'failed',
  branch: 'main',
  commit: 'c0ffee00',
  message: 'Mend the Roof',
  source: 'webhook',
  author: { user_uuid: 'u-1', name: 'Ada', email: 'ada@example.com' },
  created_at: '2026-01-31T23:59:59Z',
  failed_step: 'test',
  queue_ms: 1,
  run_ms: 2,
  version: 3,
}

test.for<[boolean, BuildFilters]>([
  [true, {}],
  [true, { pipeline: 'ci', state: 'passed,failed', branch: 'main', commit: 'c0ff', source: 'webhook' }],
  [false, { pipeline: 'other' }],
  [false, { state: 'passed' }],
  [false, { branch: 'mai' }],
  [false, { commit: 'ff' }],
  [true, { author: 'ADA@example.com' }],
  [true, { author: 'u-1' }],
  [false, { author: 'Eve' }],
  [true, { q: ' roof ' }],
  [true, { q: '#12' }],
  [false, { q: '1' }],
  [true, { from: '2026-01-31', to: '2026-01-31' }],
  [false, { from: '2026-02-01' }],
  [false, { to: '2026-01-30' }],
])('%s for %o', ([wanted, filters]) => {
  expect(matchesFilters(build, filters)).toBe(wanted)
})

test('the last day of a range is included, and an invalid day is sent unchanged', () => {
  expect(queryOf({ to: '2026-02-28' })).toEqual({ to: '2026-03-01' })
  expect(queryOf({ to: 'soon', q: 'x' })).toEqual({ to: 'soon', q: 'x' })
})

test('filters are described in words, and other parameters are ignored', () => {
  expect(describeFilter('state', 'failed,scheduled')).toBe('state failed or queued')
  expect(filtersOf({ q: 'x', 'new-build': true } as BuildFilters)).toEqual({ q: 'x' })
})
