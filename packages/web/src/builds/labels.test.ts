import { afterEach, expect, test, vi } from 'vitest'
import { serverNow, setServerTime } from '../api/clock.ts'
import { completeBuild } from '../api/complete.ts'
import type { BuildSummary } from './filters.ts'
import { queuedMs, ranMs } from './labels.ts'

afterEach(() => vi.useRealTimers())

const retried = { started_at: '2026-01-01T00:00:00Z', finished_at: null, run_ms: 52_000 } as unknown as BuildSummary

test('the timer of a retried build continues from its run time', () => {
  vi.useFakeTimers({ now: Date.parse('2026-01-01T00:35:00Z') })
  const read = completeBuild(retried)
  expect(ranMs(read, serverNow())).toBe(52_000)
  expect(ranMs(read, serverNow() + 8_000)).toBe(60_000)
  // The page learns later that this machine's clock is an hour behind.
  setServerTime('2026-01-01T01:35:00Z')
  expect(ranMs(read, serverNow())).toBe(52_000)
  setServerTime(new Date().toISOString())
  const over = completeBuild({ ...retried, finished_at: '2026-01-01T00:35:08Z', run_ms: 60_000 })
  expect(ranMs(over, Date.now() + 3_600_000)).toBe(60_000)
})

test('a build retried before it started waits from the retry on', () => {
  const times = { created_at: '2026-01-01T00:00:00Z', scheduled_at: '2026-01-02T00:00:00Z', started_at: null }
  const again = completeBuild({ ...retried, ...times, queue_ms: 0, run_ms: null })
  expect(queuedMs(again, Date.parse('2026-01-02T00:00:05Z'))).toBe(5_000)
})
