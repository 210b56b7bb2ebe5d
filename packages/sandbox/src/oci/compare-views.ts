import { createHash } from 'node:crypto'
import { type BigIntStats, createReadStream } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { isAbsent } from './files.ts'

/** One difference between two merged views. Paths are bytes: file names need not be text. */
export interface Change {
  /** Relative to the views' roots. */
  readonly path: Buffer
  /** What is there now; undefined: removed, with all below it. */
  readonly now: BigIntStats | undefined
  /** What was there was of another kind. */
  readonly replaced: boolean
}

const slash = Buffer.from('/')

/**
 * What makes `after` different from `before`, parents first, in the order of bytes. Merged views are compared, never an upper directory: with
 * `redirect_dir` a renamed directory leaves an upper directory with none of its files.
 */
export async function* compareViews(before: string, after: string): AsyncGenerator<Change> {
  yield* compareDirectories(Buffer.from(before), Buffer.from(after), undefined)
}

async function* compareDirectories(
  before: Buffer | undefined,
  after: Buffer,
  path: Buffer | undefined,
): AsyncGenerator<Change> {
  const [old, current] = await Promise.all([before === undefined ? [] : namesIn(before), namesIn(after)])
  const names = new Map([...old, ...current].map((name) => [name.toString('latin1'), name]))
  for (const [, name] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const below = path === undefined ? name : Buffer.concat([path, slash, name])
    const oldPath = before && Buffer.concat([before, slash, name])
    const newPath = Buffer.concat([after, slash, name])
    const [was, now] = await Promise.all([oldPath && statsOf(oldPath), statsOf(newPath)])
    if (now === undefined) {
      yield { path: below, now, replaced: false }
      continue
    }
    // The same inode, untouched: the kernel sets ctime, nobody inside can. A directory without changes anywhere below it is such
    // an inode too, since a change below copies it up.
    if (was !== undefined && was.ino === now.ino && was.ctimeNs === now.ctimeNs) continue
    const sameKind = was !== undefined && kindOf(was) === kindOf(now)
    if (!sameKind || (await differs(oldPath as Buffer, was, newPath, now)))
      yield { path: below, now, replaced: was !== undefined && !sameKind }
    if (now.isDirectory()) yield* compareDirectories(sameKind ? oldPath : undefined, newPath, below)
  }
}

async function differs(oldPath: Buffer, was: BigIntStats, newPath: Buffer, now: BigIntStats): Promise<boolean> {
  if (was.mode !== now.mode || was.uid !== now.uid || was.gid !== now.gid) return true
  if (now.isFile()) return was.size !== now.size || (await contentOf(oldPath, was)) !== (await contentOf(newPath, now))
  return (await contentOf(oldPath, was)) !== (await contentOf(newPath, now))
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

async function statsOf(path: Buffer): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true })
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}
