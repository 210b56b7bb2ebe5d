import { expect, test } from 'vitest'
import { scene } from './build-fixture.test-support.ts'

test('an event touches only the jobs that it changes, not all 10,000 of the build', () => {
  const wide = scene([{}, ...Array.from({ length: 9_999 }, () => ({ dependsOn: [0] }))])
  wide.run(0)
  expect(wide.states()).toBe(`passed${' scheduled'.repeat(9_999)}`)
  wide.lease(5000)
  wide.start(5000)
  const { id } = wide.job(5000)
  const outcome = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null } as const
  const { change } = wide.play({ type: 'ended', job: id, fence: 1, at: 1000, outcome })
  expect([change.jobs.length, change.attempts.length, change.unmet.size]).toEqual([1, 0, 0])
})

test('a chain of 10,000 steps is skipped in one change when its first step fails', () => {
  const chain = scene([{}, ...Array.from({ length: 9_999 }, (_, index) => ({ buildsIn: index }))])
  chain.run(0, 1)
  expect(chain.live.header.state).toBe('failed')
  expect(chain.job(9_999)).toMatchObject({ state: 'skipped', skipReason: 'prerequisite' })
})

test('an event on a build of 10,000 steps costs less than five times as much as on one of 100', () => {
  const perEvent = (size: number, times: number) => {
    const scenes = Array.from({ length: times }, () => scene(Array.from({ length: size }, () => ({}))))
    // Measures CPU time instead of elapsed time, because other processes may use the processor.
    const begin = process.cpuUsage()
    for (const each of scenes) for (let step = 0; step < size; step++) each.run(step)
    return process.cpuUsage(begin).user / (size * times)
  }
  perEvent(100, 20)
  // Processor time varies by a factor of six on a busy machine, so the best of five pairs counts.
  const ratios = Array.from({ length: 5 }, () => perEvent(10_000, 1) / perEvent(100, 100))
  expect(Math.min(...ratios)).toBeLessThan(5)
})
