import { afterEach, expect, test, vi } from 'vitest'
import { completeBuild } from '../api/complete.ts'
import type { BuildSummary } from './filters.ts'
import { ranMs } from './words.ts'

afterEach(() => vi.useRealTimers())

const retried = { started_at: '2026-01-01T00:00:00Z', finished_at: null, run_ms: 52_000 } as unknown as BuildSummary

test('a build that runs again goes on from what it has run, not from when it began', () => {
  vi.useFakeTimers({ now: Date.parse('2026-01-01T00:35:00Z') })
  const read = completeBuild(retried)
  expect(ranMs(read, Date.now())).toBe(52_000)
  expect(ranMs(read, Date.now() + 8_000)).toBe(60_000)
  const over = completeBuild({ ...retried, finished_at: '2026-01-01T00:35:08Z', run_ms: 60_000 })
  expect(ranMs(over, Date.now() + 3_600_000)).toBe(60_000)
})
