/** Creates many random sequences of builds on one store, for tests. */
import fc from 'fast-check'
import { GateRun, type UnderGates } from './gate-run.test-support.ts'

/**
 * Returns random sequences of builds, one after the other in time from `from` on. Calls `note` for
 * each corner case in them.
 */
export function randomLives(open: () => UnderGates, from: number, note: (what: string) => void) {
  let now = from
  return fc.asyncProperty(
    fc.integer({ min: 0, max: 2 ** 31 }),
    fc.integer({ min: 20, max: 70 }),
    async (seed, acts) => {
      const run = new GateRun(open(), seed, now)
      for (let n = 0; n < acts; n++) await run.act()
      await run.drain()
      now = run.now + 1_000_000
      for (const what of run.seen.keys()) note(what)
    },
  )
}
