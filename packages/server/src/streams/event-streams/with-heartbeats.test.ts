import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { heartbeatFrame } from './frames.ts'
import { withHeartbeats } from './with-heartbeats.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Returns a source controlled by the test, with a record of its use. */
function played() {
  let tell: (frame: string | null) => void = () => {}
  const used = { asked: 0, isEnded: false }
  async function* frames() {
    try {
      for (;;) {
        used.asked += 1
        const frame = await new Promise<string | null>((resolve) => (tell = resolve))
        if (frame === null) return
        yield frame
      }
    } finally {
      used.isEnded = true
    }
  }
  return { frames: frames(), used, tell: (frame: string | null) => tell(frame) }
}

test('silence is counted from the last frame or heartbeat', async () => {
  const { frames, tell } = played()
  const heard: string[] = []
  const reading = (async () => {
    for await (const frame of withHeartbeats(frames, 15_000)) heard.push(frame)
  })()
  await vi.advanceTimersByTimeAsync(14_999)
  expect(heard).toEqual([])
  tell('one')
  await vi.advanceTimersByTimeAsync(14_999)
  expect(heard).toEqual(['one'])
  await vi.advanceTimersByTimeAsync(1)
  expect(heard).toEqual(['one', heartbeatFrame])
  await vi.advanceTimersByTimeAsync(15_000)
  tell('two')
  await vi.advanceTimersByTimeAsync(0)
  tell(null)
  await reading
  expect(heard).toEqual(['one', heartbeatFrame, heartbeatFrame, 'two'])
})

test('one frame waits for a reader that takes nothing, and the source ends when the reader leaves', async () => {
  const { frames, used, tell } = played()
  const read = withHeartbeats(frames, 15_000)
  const first = read.next()
  tell('one')
  expect((await first).value).toBe('one')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(used.asked).toBe(1)
  await read.return(undefined)
  expect(used.isEnded).toBe(true)
})

test('the stream fails with its source, even if that fails before the next read', async () => {
  async function* failing(): AsyncGenerator<string> {
    await new Promise((resolve) => setTimeout(resolve, 20_000))
    throw new Error('the database is away')
  }
  const read = withHeartbeats(failing(), 15_000)
  const first = read.next()
  await vi.advanceTimersByTimeAsync(30_000)
  expect((await first).value).toBe(heartbeatFrame)
  await expect(read.next()).rejects.toThrow('the database is away')
})
