import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LocalChangeFeed } from '../change-feed.ts'
import { awaitReady } from './await-ready.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('what becomes ready by the clock during a look is found by the next look at once', async () => {
  const readyAt = Date.now() + 500
  let looks = 0
  const take = async () => {
    looks += 1
    if (looks > 1) return ['job']
    // The look takes 2 ms, and began just before the job was ready.
    vi.setSystemTime(readyAt + 1)
    return []
  }
  vi.setSystemTime(readyAt - 1)
  const nextReadyAt = async (after: number) => (after < readyAt ? readyAt : null)
  const wait = { waitMs: 30_000, signal: new AbortController().signal, now: () => Date.now() }
  const answered = vi.fn()
  const asked = awaitReady(take, nextReadyAt, new LocalChangeFeed(), wait).then(answered)
  await vi.advanceTimersByTimeAsync(0)
  expect(answered).toHaveBeenCalledWith(['job'])
  await asked
})
