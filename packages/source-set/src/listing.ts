import { isUtf8 } from 'node:buffer'
import { lstatSync, type Stats } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { SourceError } from './source-error.ts'
import type { SourceEntry } from './source-set.ts'

/** A path as text for people and globs, and its bytes where they are not UTF-8. */
export interface ListedPath {
  readonly path: string
  readonly raw: Buffer | null
}

export function listedPath(bytes: Buffer): ListedPath {
  return { path: bytes.toString('utf8'), raw: isUtf8(bytes) ? null : Buffer.from(bytes) }
}

/** Returns the place of a project's path on this machine. */
export function placeOf(root: string, { path, raw }: ListedPath): string | Buffer {
  const prefix = root === '/' ? '/' : `${root}/`
  return raw === null ? prefix + path : Buffer.concat([Buffer.from(prefix), raw])
}

/** Returns the stat of a project's path, of a link itself; undefined where there is nothing. */
export function statOf(root: string, listed: ListedPath): Stats | undefined {
  try {
    return lstatSync(placeOf(root, listed), { throwIfNoEntry: false })
  } catch (cause) {
    // A file replaced the folder, and its files are gone.
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOTDIR') return undefined
    throw unreadable(listed.path, cause)
  }
}

/**
 * The entry of a file or link; undefined for all else: sockets, pipes, devices and folders are no
 * source.
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

/** Lets signals and timers in now and then while very many files are looked at. */
export function breather(): () => Promise<void> | undefined {
  let count = 0
  return () => {
    count += 1
    return count % 5_000 === 0 ? setImmediate() : undefined
  }
}

/**
 * Says whether a path is never part of a source: repositories' insides, secrets, and packages
 * installed for editors.
 */
export function isAlwaysOut(path: string): boolean {
  if (path.startsWith('.hm/') && (path === '.hm/secrets.env' || /^\.hm\/node_modules(\/|$)/.test(path))) return true
  return /(^|\/)\.git(\/|$)/.test(path)
}
