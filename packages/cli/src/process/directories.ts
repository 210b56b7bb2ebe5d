import { existsSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { usageError } from '../errors.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Ignores an empty variable, and a relative XDG path, as required by the XDG specification. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && path !== '' && resolve(path) === path.replace(/(.)\/$/, '$1') ? path : undefined
}

export function cacheDirectory(env: Env): string {
  if (env.HM_CACHE_DIR !== undefined && env.HM_CACHE_DIR !== '') return resolve(env.HM_CACHE_DIR)
  return join(absolute(env.XDG_CACHE_HOME) ?? join(env.HOME ?? homedir(), '.cache'), 'hm')
}

/**
 * Returns the user's configuration directory: the first candidate with a `config.toml`, else the
 * first candidate (cli.md 3).
 */
export function userDirectory(env: Env): string {
  const xdg = absolute(env.XDG_CONFIG_HOME)
  const candidates = [
    ...(xdg === undefined ? [] : [join(xdg, 'hm')]),
    join(env.HOME ?? homedir(), '.config', 'hm'),
    ...(env.APPDATA === undefined || env.APPDATA === '' ? [] : [join(env.APPDATA, 'hm')]),
  ]
  const chosen = candidates.find((directory) => existsSync(join(directory, 'config.toml'))) ?? candidates[0]
  return chosen ?? join(homedir(), '.config', 'hm')
}

/**
 * Returns `-d`, else the nearest parent directory with a `.hm` folder, else the current directory.
 * Does not search above a work tree's root. `exactly` returns the current directory. Throws exit 2
 * if `-d` is not a directory.
 */
export function projectDirectory(given: string | undefined, here: string, exactly: boolean): string {
  if (given !== undefined) {
    const directory = resolve(here, given)
    if (!isDirectory(directory)) throw usageError(`--dir: no readable directory at ${directory}`)
    return directory
  }
  if (exactly) return here
  for (let directory = here; ; directory = dirname(directory)) {
    if (isDirectory(join(directory, '.hm'))) return directory
    if (directory === dirname(directory) || existsSync(join(directory, '.git'))) return here
  }
}

/** An unreadable directory counts as absent. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'ENOTDIR')) return false
    throw error
  }
}
