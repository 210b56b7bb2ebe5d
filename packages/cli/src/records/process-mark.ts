import { readFileSync } from 'node:fs'

/**
 * Returns a mark that no later process with the same number has: number, start time and boot;
 * undefined if no process has the number.
 */
export function processMark(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name before the last bracket may contain any character.
    const startedAt = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return `${boot} ${pid} ${startedAt}`
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined
    throw error
  }
}

/** Returns the number of the process that made this mark. */
export function pidOf(mark: string): number {
  return Number(mark.split(' ')[1])
}

/** Whether the process that made this mark is alive. */
export function isAlive(mark: string): boolean {
  return processMark(pidOf(mark)) === mark
}
