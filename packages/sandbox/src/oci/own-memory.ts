import { lstatSync, mkdirSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { footing } from '../ordinary/footing.ts'
import { isAbsent } from './files.ts'

const tmpfsType = 0x01021994
/** Left to all else that is on the machine. */
const leastFreeBytes = 16 * 1024 * 1024

/** Whether a directory in memory, which is made when it is absent, is one for what may go with a boot, but no earlier. What an ordinary user has there goes with the end of the last login. */
export function isPassingPlace(directory: string): boolean {
  return footing.kind === 'root' && isOwnMemory(directory, leastFreeBytes)
}

/**
 * Whether a directory, which is made when it is absent, is in the machine's memory, with so much room, and nobody else's: anybody may have made it before us, to look into
 * it, or to write there.
 */
export function isOwnMemory(directory: string, leastFree = 0): boolean {
  try {
    const { type, bsize, bavail } = statfsSync(dirname(directory))
    if (type !== tmpfsType || bavail * bsize < leastFree) return false
  } catch (error) {
    if (isAbsent(error)) return false
    throw error
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  return isOurs(directory)
}

/** Whether there is such a directory and nobody else made it, or a link to another. */
export function isOurs(directory: string): boolean {
  const stats = lstatSync(directory, { throwIfNoEntry: false })
  return stats?.isDirectory() === true && stats.uid === process.getuid?.() && (stats.mode & 0o7777) === 0o700
}

/** Whether what is written there is on no disk. Fails when there is nothing. */
export function isMemory(path: string): boolean {
  return statfsSync(path).type === tmpfsType
}
