import { isUtf8 } from 'node:buffer'
import { lstatSync, type Stats } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { SourceError } from './source-error.ts'
import type { SourceEntry } from './source-set.ts'

/** A path as text for people and globs, and its bytes where the text does not tell them. */
export interface ListedPath {
  readonly path: string
  readonly raw: Buffer | null
}

export function listedPath(bytes: Buffer): ListedPath {
  return { path: bytes.toString('utf8'), raw: isUtf8(bytes) ? null : Buffer.from(bytes) }
}

/** Where a path of the project is on this machine. */
export function placeOf(root: string, { path, raw }: ListedPath): string | Buffer {
  const prefix = root === '/' ? '/' : `${root}/`
  return raw === null ? prefix + path : Buffer.concat([Buffer.from(prefix), raw])
}

/** What is at a path of the project itself, a link being one; undefined when there is nothing. */
export function statOf(root: string, listed: ListedPath): Stats | undefined {
  try {
    return lstatSync(placeOf(root, listed), { throwIfNoEntry: false })
  } catch (cause) {
    // A file where a folder was: what was in it is gone.
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
 * What is never a part of a source: repositories' insides, secrets, and what was installed for an
 * editor's sake.
 */
export function isAlwaysOut(path: string): boolean {
  if (path.startsWith('.hm/') && (path === '.hm/secrets.env' || /^\.hm\/node_modules(\/|$)/.test(path))) return true
  return /(^|\/)\.git(\/|$)/.test(path)
}
