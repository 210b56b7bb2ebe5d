import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

/** Debian's tini-static. It needs no file of an image. */
export const initProgram = '/usr/bin/tini-static'

/**
 * The directory in which a launcher, in its own mount namespace, prepares the files that the
 * runtime sees. Covers the machine's directory of the same name, which has records about networks.
 */
export const stage = '/run/harmont'

const searchPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** The usual PATH, on the machine and in sandboxes. */
export const usualPath = searchPath.join(':')

/**
 * The environment of helper programs. They do not inherit this process's environment, because some
 * outlive it, and `ps e` shows environments.
 */
export const helperEnvironment = { PATH: usualPath, TZ: 'UTC', LC_ALL: 'C' }

/** Returns whether a program, by name or absolute path, is installed on this machine. */
export function isProgram(name: string): boolean {
  const places = name.startsWith('/') ? [name] : searchPath.map((directory) => join(directory, name))
  return places.some((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false // Absent or not executable: both mean no.
    }
  })
}
