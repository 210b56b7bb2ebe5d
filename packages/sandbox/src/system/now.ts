import { bootTime } from './boot-time.ts'
import { readClocks } from './read-clocks.ts'
import { SteadyClock } from './steady-clock.ts'

const begun = readClocks()

/**
 * The time of this process: the wall clock at its start, advanced by the boot clock. A server sets
 * it to its database's time before it begins any work. There is one per process, as there is one
 * `Date`.
 */
export const processClock = new SteadyClock(bootTime, begun.wall - begun.boot)

/**
 * Returns milliseconds since 1970 by a clock that no step moves. `Date.now()` is the clock that
 * people may set.
 */
export const now: () => number = processClock.now
