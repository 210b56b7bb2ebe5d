import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SteadyClock, steerRate } from './steady-clock.ts'

const start = Date.UTC(2026, 10, 28)
const hour = 3_600_000

/** A simulated machine whose wall clock is stepped. */
function machine() {
  let bootMs = 5_000
  let wall = start
  return {
    bootTime: () => bootMs,
    wall: () => wall,
    pass(ms: number) {
      bootMs += ms
      wall += ms
    },
    step(ms: number) {
      wall += ms
    },
  }
}

const events = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 5 * hour }) }),
    fc.record({ kind: fc.constant('step' as const), ms: fc.integer({ min: -5 * hour, max: 5 * hour }) }),
    fc.record({ kind: fc.constant('steer' as const), ms: fc.constant(0) }),
  ),
  { maxLength: 40 },
)

test('G64 steps of the wall clock change no duration by more than the steering rate', () => {
  fc.assert(
    fc.property(events, (list) => {
      const it = machine()
      const clock = new SteadyClock(it.bootTime, it.wall() - it.bootTime())
      for (const { kind, ms } of list) {
        const [before, bootBefore] = [clock.now(), it.bootTime()]
        if (kind === 'pass') it.pass(ms)
        else if (kind === 'step') it.step(ms)
        else clock.steer(it.wall() - clock.now())
        const [took, real] = [clock.now() - before, it.bootTime() - bootBefore]
        expect(Math.abs(took - real)).toBeLessThanOrEqual(real * steerRate + 1)
        expect(took).toBeGreaterThanOrEqual(0)
      }
    }),
  )
})

test('a steered clock reaches the right time and keeps it', () => {
  const it = machine()
  const clock = new SteadyClock(it.bootTime, it.wall() - it.bootTime())
  it.step(-hour)
  clock.steer(it.wall() - clock.now())
  it.pass(hour)
  expect(clock.now() - it.wall()).toBe(hour - hour * steerRate)
  it.pass(hour / steerRate)
  expect(clock.now()).toBe(it.wall())
})

test('a clock that is set is right immediately', () => {
  const it = machine()
  const clock = new SteadyClock(it.bootTime, it.wall() - it.bootTime())
  it.step(hour)
  clock.steer(hour)
  clock.set(it.wall() - it.bootTime())
  it.pass(1_000)
  expect(clock.now()).toBe(it.wall())
})
