import { existsSync, lstatSync, mkdirSync, statfsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { privilegeMode } from '../privilege/privilege-mode.ts'
import { isAbsent, readIfPresent } from '../system/files.ts'

const tmpfsType = 0x01021994
/** Space that is left free for the rest of the machine. */
const leastFreeBytes = 16 * 1024 * 1024
/** The first id of people: systemd treats lower ids as service accounts. */
const firstPerson = 1000

/**
 * Returns whether a directory is in memory and lasts exactly until the next reboot. Creates the
 * directory if it is absent. An ordinary user's directory might be removed at the last logout.
 */
export function lastsUntilReboot(directory: string): boolean {
  return privilegeMode.kind === 'root' && isOwnMemory(directory, leastFreeBytes)
}

/**
 * Returns whether systemd removes this user's files in /dev/shm at the user's last logout, even
 * that of a cron job. Services of the user and their commands keep running after that logout.
 * systemd keeps the files of lingering users (`loginctl enable-linger`).
 * @param machine root directory of the machine, for tests.
 */
export function isClearedAtLogout(user: number, machine = '/'): boolean {
  if (user < firstPerson || !existsSync(join(machine, 'run/systemd/users'))) return false
  const accounts = (readIfPresent(join(machine, 'etc/passwd')) ?? '').split('\n').map((line) => line.split(':'))
  const name = accounts.find(([, , id]) => id === String(user))?.[0]
  return name === undefined || !existsSync(join(machine, 'var/lib/systemd/linger', name))
}

/**
 * Returns whether a directory is in memory and lasts as long as a command of this process may run.
 * Creates the directory if it is absent.
 */
export function outlastsCommands(directory: string): boolean {
  return !(privilegeMode.kind === 'mapped' && isClearedAtLogout(privilegeMode.user)) && isOwnMemory(directory)
}

/**
 * Returns whether a directory is in memory, has this much free space, and belongs to this user
 * alone: another user may have created it to read or write there. Creates the directory if it is
 * absent.
 */
function isOwnMemory(directory: string, leastFree = 0): boolean {
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

/** Returns whether a directory exists, was created by this user, and is not a link. */
export function isOurs(directory: string): boolean {
  const stats = lstatSync(directory, { throwIfNoEntry: false })
  return stats?.isDirectory() === true && stats.uid === process.getuid?.() && (stats.mode & 0o7777) === 0o700
}

/** Returns whether a path is on a tmpfs. Throws if it does not exist. */
export function isMemory(path: string): boolean {
  return statfsSync(path).type === tmpfsType
}
