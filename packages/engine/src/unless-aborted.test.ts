import process from 'node:process'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { unlessAborted } from './unless-aborted.ts'

const stopped = new Error('stopped')
const failed = new Error('failed')

test('the result counts until the signal aborts, and then the reason of the signal', async () => {
  const control = new AbortController()
  expect(await unlessAborted(Promise.resolve(1), control.signal)).toBe(1)
  await expect(unlessAborted(Promise.reject(failed), control.signal)).rejects.toBe(failed)
  const waiting = unlessAborted(new Promise(() => {}), control.signal)
  control.abort(stopped)
  await expect(waiting).rejects.toBe(stopped)
  await expect(unlessAborted(Promise.resolve(1), control.signal)).rejects.toBe(stopped)
})

test.for(['before', 'after'])(
  'a promise that rejects once the signal has aborted, %s the call, is handled',
  async (when) => {
    const unhandled: unknown[] = []
    const note = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    const control = new AbortController()
    const { promise, reject } = Promise.withResolvers<never>()
    if (when === 'before') control.abort(stopped)
    const asked = unlessAborted(promise, control.signal)
    control.abort(stopped)
    await expect(asked).rejects.toBe(stopped)
    reject(failed)
    await turn()
    expect(unhandled).toEqual([])
  },
)
