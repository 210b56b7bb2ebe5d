import { expect, test } from 'vitest'
import { BodyBudget, budgetHere } from './body-budget.ts'
import { bodyLimit } from './request-bytes.ts'

const free = 16 * 1024
const tooMuchOfOwn = expect.objectContaining({ code: 'rate_limited', headers: { 'retry-after': '1' } })
const tooMuchInAll = expect.objectContaining({ code: 'service_unavailable', headers: { 'retry-after': '1' } })

test('G57 a caller is refused bytes beyond its share, and its requests release their bytes at their end', () => {
  const room = new BodyBudget({ inAll: 300_000, perCaller: 100_000 })
  const [first, second] = [room.open('ann'), room.open('ann')]
  first.hold(free + 60_000)
  second.hold(free + 40_000)
  expect(() => second.hold(free + 40_001)).toThrow(tooMuchOfOwn)
  room.open('bob').hold(free + 100_000)
  first.release()
  second.hold(free + 100_000)
  expect(() => room.open('ann').hold(free + 1)).toThrow(tooMuchOfOwn)
})

test('all callers together are refused bytes beyond the total, but small bodies never', () => {
  const room = new BodyBudget({ inAll: 150_000, perCaller: 100_000 })
  const [ann, bob] = [room.open('ann'), room.open('bob')]
  ann.hold(free + 100_000)
  expect(() => bob.hold(free + 60_000)).toThrow(tooMuchInAll)
  bob.hold(free + 50_000)
  for (let n = 0; n < 1000; n += 1) room.open('ann').hold(free)
  expect(() => room.open('cleo').hold(free + 1)).toThrow(tooMuchInAll)
  ann.release()
  ann.release()
  bob.release()
  for (const caller of ['cleo', 'dan']) room.open(caller).hold(free + 75_000)
})

test('a body of any allowed size fits, for at least four callers at a time', () => {
  const { inAll, perCaller } = budgetHere()
  expect(perCaller).toBeGreaterThanOrEqual(Math.max(bodyLimit.buildText, bodyLimit.webhook, bodyLimit.other))
  expect(inAll).toBeGreaterThanOrEqual(4 * perCaller - 4)
})
