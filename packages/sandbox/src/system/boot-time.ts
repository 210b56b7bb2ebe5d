import { openSync, readFileSync, readSync } from 'node:fs'

/** Names the time from one start of the machine to the next: what was written before may not have reached the disk. */
export const bootId: string = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()

/** Less is the coarseness of `/proc/uptime`, not sleep. */
const leastSleepMs = 100

/** Open from the start on: the time must be known when the process has no descriptor left. */
const uptime = openSync('/proc/uptime', 'r')
const read = Buffer.alloc(64)

/** How long the machine has slept since it started: the monotonic clock stands meanwhile, the boot clock goes on. */
let asleepMs = 0

/** Returns the milliseconds since the machine started, those that it slept included: a clock that nobody sets, the same in all processes. */
export function bootTime(): number {
  const uptimeMs = Number.parseFloat(read.toString('latin1', 0, readSync(uptime, read, 0, read.length, 0))) * 1000
  // Read second: a process that is held up in between takes no time for sleep.
  const monotonicMs = Number(process.hrtime.bigint()) / 1e6
  // A container may be shown an uptime of its own, which is less than the machine's: then nothing is known of sleep.
  if (uptimeMs - monotonicMs > asleepMs + leastSleepMs) asleepMs = uptimeMs - monotonicMs
  return monotonicMs + asleepMs
}
