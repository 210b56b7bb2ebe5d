import { isUtf8 } from 'node:buffer'
import { lstatSync, type Stats } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { SourceError } from './source-error.ts'
import type { SourceEntry } from './source-set.ts'

/** A path as text for people and globs, with its bytes if they are not UTF-8. */
export interface ListedPath {
  readonly path: string
  readonly raw: Buffer | null
}

export function listedPath(bytes: Buffer): ListedPath {
  return { path: bytes.toString('utf8'), raw: isUtf8(bytes) ? null : Buffer.from(bytes) }
}

/** Returns the location of a project's path on this machine. */
export function placeOf(root: string, { path, raw }: ListedPath): string | Buffer {
  const prefix = root === '/' ? '/' : `${root}/`
  return raw === null ? prefix + path : Buffer.concat([Buffer.from(prefix), raw])
}

/**
 * Returns the stat of a project's path without following a link; undefined if the path does not
 * exist.
 */
export function statOf(root: string, listed: ListedPath): Stats | undefined {
  try {
    return lstatSync(placeOf(root, listed), { throwIfNoEntry: false })
  } catch (cause) {
    // A file has replaced the folder, so its files are gone.
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOTDIR') return undefined
    throw unreadable(listed.path, cause)
  }
}

/**
 * Returns the entry of a file or link; undefined for sockets, pipes, devices and folders, which are
 * not part of a source.
 */
export function entryOf({ path, raw }: ListedPath, stat: Stats): SourceEntry | undefined {
  const common = { path, raw, size: stat.size, mtimeMs: stat.mtimeMs }
  if (stat.isSymbolicLink()) return { ...common, kind: 'link', mode: 0o777 }
  if (stat.isFile()) return { ...common, kind: 'file', mode: stat.mode & 0o100 ? 0o755 : 0o644 }
  return undefined
}

export function unreadable(path: string, cause: unknown): SourceError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new SourceError(
    'unreadable',
    `${JSON.stringify(path)} of the source cannot be read: ${why}. Make it readable, or exclude it in .hmignore.`,
    { cause },
  )
}

/**
 * Returns a function that yields to signals and timers now and then during work on very many files.
 */
export function breather(): () => Promise<void> | undefined {
  let count = 0
  return () => {
    count += 1
    return count % 5_000 === 0 ? setImmediate() : undefined
  }
}

/**
 * Returns whether a path is never part of a source: internals of repositories, secrets, and
 * packages installed for editors.
 */
export function isAlwaysOut(path: string): boolean {
  if (path.startsWith('.hm/') && (path === '.hm/secrets.env' || /^\.hm\/node_modules(\/|$)/.test(path))) return true
  return /(^|\/)\.git(\/|$)/.test(path)
}
