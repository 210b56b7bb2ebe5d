import { readFileSync } from 'node:fs'

/** Clock ticks of `/proc` per second. */
const ticks = 100

/**
 * Returns the processor seconds of this process and of the ended children that it has waited for.
 * Detached processes, such as sandboxes and PostgreSQL, are not in it.
 */
export function processorSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1')
  // The name of the program, in brackets, may contain anything.
  const times = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 16)
  return times.reduce((sum, time) => sum + Number(time), 0) / ticks
}
