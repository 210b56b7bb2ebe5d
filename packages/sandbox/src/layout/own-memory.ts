import { existsSync, lstatSync, mkdirSync, statfsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { footing } from '../privilege/privilege-mode.ts'
import { isAbsent, readIfPresent } from '../system/files.ts'

const tmpfsType = 0x01021994
/** Left to all else that is on the machine. */
const leastFreeBytes = 16 * 1024 * 1024
/** systemd takes those below for accounts of services. */
const firstPerson = 1000

/** Whether a directory in memory, which is made when it is absent, is one for what may go with a boot, but no earlier. What an ordinary user has there goes with the end of the last login. */
export function isPassingPlace(directory: string): boolean {
  return footing.kind === 'root' && isOwnMemory(directory, leastFreeBytes)
}

/**
 * Whether systemd removes what this user has in /dev/shm when the last login of the user ends, be it one of cron's: a server that systemd runs for the user goes on,
 * and so do its commands. It does not for who lingers (`loginctl enable-linger`).
 * @param machine for tests: where its root directory is.
 */
export function isClearedAtLogout(user: number, machine = '/'): boolean {
  if (user < firstPerson || !existsSync(join(machine, 'run/systemd/users'))) return false
  const accounts = (readIfPresent(join(machine, 'etc/passwd')) ?? '').split('\n').map((line) => line.split(':'))
  const name = accounts.find(([, , id]) => id === String(user))?.[0]
  return name === undefined || !existsSync(join(machine, 'var/lib/systemd/linger', name))
}

/** Whether a directory, which is made when it is absent, is one in memory that lasts as long as a command of this process may. */
export function isLastingPlace(directory: string): boolean {
  return !(footing.kind === 'mapped' && isClearedAtLogout(footing.user)) && isOwnMemory(directory)
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
