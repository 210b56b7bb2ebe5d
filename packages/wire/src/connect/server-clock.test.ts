import fc from 'fast-check'
import { expect, test } from 'vitest'
import { durationsOf, ServerClock } from './server-clock.ts'

const hour = 3_600_000

/** Simulates an exchange with a server whose clock is ahead. */
const exchanges = fc.record({
  sentAt: fc.integer({ min: 0, max: 10 * hour }),
  thereMs: fc.integer({ min: 0, max: 60_000 }),
  heldMs: fc.integer({ min: 0, max: 25_000 }),
  backMs: fc.integer({ min: 0, max: 60_000 }),
})
type There = { sentAt: number; thereMs: number; heldMs: number; backMs: number }

function exchange({ sentAt, thereMs, heldMs, backMs }: There, aheadMs: number) {
  const answeredAt = sentAt + thereMs + heldMs
  return { sentAt, heardAt: answeredAt + backMs, heldMs, serverNow: answeredAt + aheadMs }
}

test('G64 no lease lasts longer for its runner than at the server, however wrong the clocks and slow the network', () => {
  fc.assert(
    fc.property(exchanges, fc.integer({ min: -hour, max: hour }), fc.nat(300_000), (there, aheadMs, lastsMs) => {
      const expiry = durationsOf(exchange(there, aheadMs)).expiry(lastsMs).getTime()
      const atServer = there.sentAt + there.thereMs + there.heldMs + lastsMs
      expect(expiry).toBeLessThanOrEqual(atServer - 2_000)
      expect(expiry).toBe(atServer - there.thereMs - 2_000)
    }),
  )
})

test('G64 the error of a reported time is at most the duration of the quickest exchange', () => {
  fc.assert(
    fc.property(fc.array(exchanges, { minLength: 1 }), fc.integer({ min: -hour, max: hour }), (list, aheadMs) => {
      const clock = new ServerClock()
      for (const there of list) clock.learn(exchange(there, aheadMs))
      const error = Math.min(...list.map(({ thereMs, backMs }) => thereMs + backMs))
      expect(Math.abs(clock.at(0) - aheadMs)).toBeLessThanOrEqual(error)
    }),
  )
})

test('an estimate stays unless a response contradicts it', () => {
  const clock = new ServerClock()
  clock.learn({ sentAt: 0, heardAt: 20, heldMs: 0, serverNow: 1_010 })
  const first = clock.aheadMs
  clock.learn({ sentAt: 100, heardAt: 103, heldMs: 0, serverNow: 1_101 })
  expect(clock.aheadMs).toBe(first)
  clock.learn({ sentAt: 200, heardAt: 203, heldMs: 0, serverNow: 1_300 })
  expect(clock.aheadMs).not.toBe(first)
})
