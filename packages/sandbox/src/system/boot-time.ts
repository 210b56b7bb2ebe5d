import { openSync, readFileSync, readSync } from 'node:fs'

/** Identifies this boot. Files written before it may not have reached the disk. */
export const bootId: string = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()

/** Smaller differences come from the resolution of `/proc/uptime`, not from sleep. */
const leastSleepMs = 100

/** Opened at load, so that the time can be read when no file descriptor is left. */
const uptime = openSync('/proc/uptime', 'r')
const read = Buffer.alloc(64)

/**
 * How long the machine has slept since it booted. The monotonic clock stops during sleep, the boot
 * clock does not.
 */
let asleepMs = 0

/**
 * Returns the milliseconds since boot, sleep included. Nobody sets this clock, and all processes
 * see the same one.
 */
export function bootTime(): number {
  const uptimeMs = Number.parseFloat(read.toString('latin1', 0, readSync(uptime, read, 0, read.length, 0))) * 1000
  // Read second: a delay between the two reads must not count as sleep.
  const monotonicMs = Number(process.hrtime.bigint()) / 1e6
  // A container may see an uptime of its own, shorter than the machine's. Sleep is then unknown.
  if (uptimeMs - monotonicMs > asleepMs + leastSleepMs) asleepMs = uptimeMs - monotonicMs
  return monotonicMs + asleepMs
}
