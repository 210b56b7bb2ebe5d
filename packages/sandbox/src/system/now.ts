import { bootTime } from './boot-time.ts'
import { readClocks } from './read-clocks.ts'
import { SteadyClock } from './steady-clock.ts'

const begun = readClocks()

/**
 * The time of this process: the wall clock's when it began, carried on by the boot clock. A server sets it to the time that its database keeps before it
 * begins any work. A process has one, as it has one `Date`.
 */
export const processClock = new SteadyClock(bootTime, begun.wall - begun.boot)

/** Returns the instant, in milliseconds since 1970, by the clock that no step moves. What people may set is `Date.now()`. */
export const now: () => number = processClock.now
