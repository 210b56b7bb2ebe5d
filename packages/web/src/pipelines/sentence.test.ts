import { expect, test } from 'vitest'
import type { Schema } from '../api/schemas.ts'
import { sentence } from './summaries.ts'

const now = Date.parse('2026-11-26T12:00:00Z')
const at = (secondsAgo: number) => new Date(now - secondsAgo * 1000).toISOString()
const build = (more: Partial<Schema<'BuildSummary'>>): Schema<'BuildSummary'> => ({
  ...{ number: 1, pipeline_slug: 'ci', state: 'passed', branch: 'main', created_at: at(400), started_at: at(390) },
  ...{ finished_at: null, failed_step: null, queue_ms: 0, run_ms: null, version: 1 },
  ...more,
})

test.for<[string, Partial<Schema<'BuildSummary'>> | null]>([
  ['failed on main 4 min ago: test', { state: 'failed', finished_at: at(240), failed_step: 'test' }],
  ['passed on main 4 min ago in 2 m 14 s', { finished_at: at(240), run_ms: 134_000 }],
  ['running on main for 6 m 30 s', { state: 'running' }],
  ['failing on main for 6 m 30 s: lint', { state: 'failing', failed_step: 'lint' }],
  ['queued on main for 6 m 40 s, waits for a runner', { state: 'scheduled', started_at: null, wait_reason: 'runner' }],
  [
    'queued on main for 6 m 40 s, waits for approval',
    { state: 'scheduled', started_at: null, wait_reason: 'approval' },
  ],
  ['canceled on main just now', { state: 'canceled', finished_at: at(3) }],
  [
    'failed on main 1 min ago: the pipeline file failed to render',
    { state: 'failed', finished_at: at(60), error_code: 'render_failed', error_message: 'SyntaxError' },
  ],
  ['failed 1 min ago: no steps', { state: 'failed', branch: null, finished_at: at(60), error_message: 'no steps' }],
  ['never built', null],
])('web P2 %s', ([wanted, more]) => {
  expect(sentence(more === null ? undefined : build(more), now)).toBe(wanted)
})

test('web X1 an unknown state keeps its own name', () => {
  expect(sentence(build({ state: 'melted' as 'passed', finished_at: at(240) }), now)).toBe('melted on main 4 min ago')
})
