import { openSync, readFileSync, readSync } from 'node:fs'
import { SteadyClock } from './steady-clock.ts'

/**
 * A moment on both clocks, in milliseconds: on the boot clock, and on the wall clock, which dates
 * files.
 */
export interface Clocks {
  readonly boot: number
  readonly wall: number
}

const closeMs = 0.2
const mostTries = 20

/** Reads both clocks together. Retries if the process is interrupted between the reads. */
export function readClocks(): Clocks {
  let best: Clocks | undefined
  let bestMs = Number.POSITIVE_INFINITY
  for (let tries = 0; best === undefined || (bestMs > closeMs && tries < mostTries); tries++) {
    const before = bootTime()
    const wall = Date.now()
    const boot = bootTime()
    if (boot - before >= bestMs) continue
    best = { boot, wall }
    bestMs = boot - before
  }
  return best
}

/** Identifies this boot. Files written during an earlier boot may not have reached the disk. */
export const bootId: string = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()

/** Smaller differences come from the resolution of `/proc/uptime`, not from sleep. */
const leastSleepMs = 100

/**
 * Opened when the module is loaded, so that the time can be read while no file descriptor is left.
 */
const uptime = openSync('/proc/uptime', 'r')
const read = Buffer.alloc(64)

/**
 * Time in ms for which the machine has slept since it booted. The monotonic clock stops during
 * sleep; the boot clock does not.
 */
let asleepMs = 0

/**
 * Returns the milliseconds since boot, sleep included. This clock cannot be set, and all processes
 * see the same time.
 */
export function bootTime(): number {
  const uptimeMs = Number.parseFloat(read.toString('latin1', 0, readSync(uptime, read, 0, read.length, 0))) * 1000
  // Read last, because a delay between the two reads must not count as sleep.
  const monotonicMs = Number(process.hrtime.bigint()) / 1e6
  // A container may see its own uptime, which is shorter than the machine's. In that case sleep is
  // unknown.
  if (uptimeMs - monotonicMs > asleepMs + leastSleepMs) asleepMs = uptimeMs - monotonicMs
  return monotonicMs + asleepMs
}

const begun = readClocks()

/**
 * The clock of this process: the wall clock at its start, advanced by the boot clock. A server sets
 * it to its database's time before it begins any work. There is one per process, like `Date`.
 */
export const processClock = new SteadyClock(bootTime, begun.wall - begun.boot)

/**
 * Returns milliseconds since 1970 on a clock that is not affected by steps of the wall clock.
 * `Date.now()` uses the wall clock, which people may set.
 */
export const now: () => number = processClock.now
