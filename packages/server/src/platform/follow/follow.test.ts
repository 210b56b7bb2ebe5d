import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { follow } from './follow.ts'
import { lookAgainMs } from './signal.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

interface Told {
  value: number
  readings: number
  isFollowed: boolean
  wake: () => void
}

/** Follows a number that the test changes, until it is `last`. */
function changing(last: number, duringFirst: (told: Told) => void = () => {}) {
  const told: Told = { value: 0, readings: 0, isFollowed: true, wake: () => {} }
  const stop = new AbortController()
  let seen = 0
  const seenValues: number[] = []
  const reading = (async () => {
    const values = follow({
      subscribe(wake) {
        told.wake = wake
        return () => {
          told.isFollowed = false
        }
      },
      async read() {
        told.readings += 1
        const { value } = told
        if (told.readings === 1) duringFirst(told)
        if (value === seen) return null
        seen = value
        return value
      },
      isDone: (value) => value === last,
      restMs: 0,
      signal: stop.signal,
    })
    for await (const value of values) seenValues.push(value)
  })()
  return { told, stop, seenValues, reading }
}

test('each change is read once, and after the last one the follower unsubscribes', async () => {
  const { told, seenValues, reading } = changing(3)
  for (const value of [1, 2, 3]) {
    await vi.advanceTimersByTimeAsync(0)
    told.value = value
    told.wake()
  }
  await reading
  expect(seenValues).toEqual([1, 2, 3])
  expect([told.readings, told.isFollowed]).toEqual([4, false])
})

test('a change during a reading causes one more reading', async () => {
  const { told, seenValues, reading } = changing(1, (here) => {
    here.value = 1
    here.wake()
  })
  await reading
  expect([seenValues, told.readings]).toEqual([[1], 2])
})

test('an unannounced change is found after a while', async () => {
  const { told, seenValues, reading } = changing(1)
  await vi.advanceTimersByTimeAsync(0)
  told.value = 1
  await vi.advanceTimersByTimeAsync(lookAgainMs - 1)
  expect(seenValues).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  await reading
  expect(seenValues).toEqual([1])
})

test('a stopped follower ends without a further reading', async () => {
  const { told, stop, seenValues, reading } = changing(1)
  await vi.advanceTimersByTimeAsync(0)
  told.value = 1
  stop.abort()
  await reading
  expect([seenValues, told.readings, told.isFollowed]).toEqual([[], 1, false])
})
