import { createHash } from 'node:crypto'
import { type BigIntStats, createReadStream } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { isAbsent } from '../system/files.ts'

/** One thing that was touched between two merged views. Paths are bytes: file names need not be text. */
export interface Change {
  /** Relative to the views' roots; `.` for the root itself, which comes first. */
  readonly path: Buffer
  /** What was there; undefined: nothing, or in a directory that was not there. */
  readonly was: BigIntStats | undefined
  /** What is there now; undefined: removed, with all below it. */
  readonly now: BigIntStats | undefined
  /** Nothing of what was there is left, but something is there. */
  readonly replaced: boolean
}

const slash = Buffer.from('/')

/** Paths (latin1: bytes) for which what the kernel tells is not enough; see `survey`. */
export interface Exceptions {
  /** Count as touched. With each all directories above it are in there. */
  readonly touched: ReadonlySet<string>
  /** Directories that count as removed and made anew, with all that is in them. */
  readonly anew: ReadonlySet<string>
}

const none: Exceptions = { touched: new Set(), anew: new Set() }

/**
 * What was touched from `before` to `after`, parents first, in the order of bytes. That is all that may differ, times and extended attributes
 * included, and with each all directories above it; some of it may be as it was. Merged views are compared, never an upper directory: with
 * `redirect_dir` a renamed directory leaves an upper directory with none of its files.
 */
export async function* compareViews(before: string, after: string, exceptions = none): AsyncGenerator<Change> {
  const [was, now] = await Promise.all([statsOf(Buffer.from(before)), statsOf(Buffer.from(after))])
  yield { path: Buffer.from('.'), was, now, replaced: false }
  yield* compareDirectories(Buffer.from(before), Buffer.from(after), undefined, exceptions)
}

async function* compareDirectories(
  before: Buffer | undefined,
  after: Buffer,
  path: Buffer | undefined,
  exceptions: Exceptions,
): AsyncGenerator<Change> {
  const [old, current] = await Promise.all([before === undefined ? [] : namesIn(before), namesIn(after)])
  const names = new Map([...old, ...current].map((name) => [name.toString('latin1'), name]))
  for (const [, name] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const below = path === undefined ? name : Buffer.concat([path, slash, name])
    const oldPath = before && Buffer.concat([before, slash, name])
    const newPath = Buffer.concat([after, slash, name])
    const [was, now] = await Promise.all([oldPath && statsOf(oldPath), statsOf(newPath)])
    const key = below.toString('latin1')
    // The same inode, untouched: the kernel sets ctime, nobody inside can. A directory without changes anywhere below it is such
    // an inode too, since a change below copies it up.
    const untouched = was !== undefined && now !== undefined && was.ino === now.ino && was.ctimeNs === now.ctimeNs
    if (untouched && !exceptions.touched.has(key)) continue
    const isKept = was !== undefined && now !== undefined && kindOf(was) === kindOf(now) && !exceptions.anew.has(key)
    yield { path: below, was, now, replaced: was !== undefined && now !== undefined && !isKept }
    if (now?.isDirectory()) yield* compareDirectories(isKept ? oldPath : undefined, newPath, below, exceptions)
  }
}

/** A path below a view's root. */
export function inView(root: string, path: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), path])
}

/** What a file is, beside its attributes: a digest of its bytes, its target, its device number. */
export async function contentOf(path: Buffer, stats: BigIntStats): Promise<string> {
  if (stats.isSymbolicLink()) return (await readlink(path, 'buffer')).toString('hex')
  if (stats.isCharacterDevice() || stats.isBlockDevice()) return stats.rdev.toString()
  if (!stats.isFile()) return ''
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash)
  return hash.digest('hex')
}

export function kindOf(stats: BigIntStats): string {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'directory'
  if (stats.isSymbolicLink()) return 'link'
  if (stats.isFIFO()) return 'fifo'
  if (stats.isSocket()) return 'socket'
  return stats.isBlockDevice() ? 'block' : 'character'
}

function namesIn(directory: Buffer): Promise<Buffer[]> {
  return readdir(directory, { encoding: 'buffer' })
}

/** What is at a path itself; undefined for nothing. */
async function statsOf(path: Buffer): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true })
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}
