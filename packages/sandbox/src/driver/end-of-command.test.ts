import fc from 'fast-check'
import { expect, test } from 'vitest'
import { endOfCommand } from './end-of-command.ts'

const hour = 3_600_000
const wallAtBoot = Date.UTC(2026, 10, 28)

/**
 * Returns the facts about a command that ran for `ran` and was found `found` after its end, with a
 * step of the wall clock at `stepAt` after its start.
 */
function facts({ ran, found, step, stepAt }: Readonly<Record<'ran' | 'found' | 'step' | 'stepAt', number>>) {
  const start = 10_000
  const wall = (boot: number) => wallAtBoot + boot + (boot >= start + stepAt ? step : 0)
  const at = (boot: number) => ({ boot, wall: wall(boot) })
  return { start, end: start + ran, started: at(start), exitWall: wall(start + ran), now: at(start + ran + found) }
}

const ms = (most: number) => fc.integer({ min: 0, max: most })

test('G64 a command that was observed until its end has the right end time, whatever steps the wall clock made', () => {
  const ways = fc.record({
    ran: ms(10 * hour),
    found: ms(5),
    step: fc.integer({ min: -5 * hour, max: 5 * hour }),
    stepAt: ms(10 * hour),
  })
  fc.assert(
    fc.property(ways, (way) => {
      const { end, started, exitWall, now } = facts(way)
      const got = endOfCommand({ started, seenAt: end - 5, exitWall, now })
      expect(Math.abs(got - end)).toBeLessThanOrEqual(1_000)
    }),
  )
})

test('a step longer than the command’s run and the following wait does not change its end', () => {
  const ways = fc.record({
    ran: ms(hour),
    found: ms(hour),
    step: fc.integer({ min: 2 * hour + 20, max: 9 * hour }),
    stepAt: ms(2 * hour),
    back: fc.boolean(),
  })
  fc.assert(
    fc.property(ways, ({ back, ...way }) => {
      const { end, started, exitWall, now } = facts({ ...way, step: back ? -way.step : way.step })
      expect(endOfCommand({ started, seenAt: undefined, exitWall, now })).toBe(end)
    }),
  )
})

test('G64 a step never lengthens a command, nor moves its end before its start', () => {
  const ways = fc.record({
    ran: ms(5 * hour),
    found: ms(5 * hour),
    step: fc.integer({ min: -9 * hour, max: 9 * hour }),
    stepAt: ms(10 * hour),
  })
  fc.assert(
    fc.property(ways, (way) => {
      const { start, end, started, exitWall, now } = facts(way)
      const got = endOfCommand({ started, seenAt: undefined, exitWall, now })
      expect(got).toBeGreaterThanOrEqual(start)
      expect(got).toBeLessThanOrEqual(end + 1_000)
    }),
  )
})

test('a command started by an earlier release ends at the date of its exit file, and never later than now', () => {
  const now = { boot: 50_000, wall: wallAtBoot + 50_000 }
  const end = (exitWall: number) => endOfCommand({ started: undefined, seenAt: undefined, exitWall, now })
  expect(end(wallAtBoot + 20_000)).toBe(20_000)
  expect(end(wallAtBoot + hour)).toBe(50_000)
})
