import { once } from 'node:events'
import process from 'node:process'
import { expect, test } from 'vitest'
import { untilStopped } from './stop-signals.ts'

test.for(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s, even sent twice, aborts a long command cleanly and says so',
  async (name) => {
    const before = process.listenerCount(name)
    let isTidy = false
    const running = untilStopped('backup: stopped; nothing was kept.', async (signal) => {
      await once(signal, 'abort')
      isTidy = true
      throw new Error('it broke off')
    })
    const told = expect(running).rejects.toThrow('backup: stopped; nothing was kept.')
    for (const _ of ['from the terminal', 'from npm']) process.emit(name)
    await told
    expect(isTidy).toBe(true)
    expect(process.listenerCount(name)).toBe(before)
  },
)
