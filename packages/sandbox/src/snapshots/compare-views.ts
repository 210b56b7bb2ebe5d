import { createHash } from 'node:crypto'
import { type BigIntStats, createReadStream } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { Holes } from '../files/holes.ts'
import { SandboxError } from '../sandbox-driver.ts'
import { ifPresent, longestPath } from '../system/files.ts'

/**
 * A path that may differ between two merged views, as bytes, because file names need not be text.
 */
export interface Change {
  /** Relative to the root of the views. `.` for the root, which comes first. */
  readonly path: Buffer
  /** The old entry; undefined if there was none, or its directory is new. */
  readonly was: BigIntStats | undefined
  /** The new entry; undefined if it was removed with everything below it. */
  readonly now: BigIntStats | undefined
  /** Whether the old entry was removed and a new one is in its place. */
  readonly replaced: boolean
}

/** Thrown for files that a step nested so deep that this process cannot compare them. */
export class NestedTooDeep extends SandboxError {
  constructor() {
    super('provision_failed', 'The files of an earlier step are nested too deep: a path is longer than 4,095 bytes.')
  }
}

const slash = Buffer.from('/')

/**
 * Paths (latin1, one character per byte) for which comparing inodes is not enough; see `survey`.
 */
export interface Exceptions {
  /** Paths to treat as touched, with all directories above them. */
  readonly touched: ReadonlySet<string>
  /** Directories to treat as removed and created again, with everything in them. */
  readonly anew: ReadonlySet<string>
}

const none: Exceptions = { touched: new Set(), anew: new Set() }

/** Roots of two merged views. */
export interface ComparedViews {
  readonly before: string
  readonly after: string
  /** Present if one of the views has an image, whose inodes do not show changes. */
  readonly differing?: DifferingLayers | undefined
}

/** The layers that only one of two views has. */
export interface DifferingLayers {
  /** Their absolute directories. */
  readonly directories: readonly string[]
  /**
   * Directories (latin1) that were renamed, so overlay shows them with the content of another path.
   */
  readonly redirected: ReadonlySet<string>
}

/**
 * The same directory in each of the differing layers that contain it; `all`: everything here may
 * differ.
 */
type OwnDirectories = readonly Buffer[] | 'all'

/**
 * Yields the paths touched from `before` to `after`, parents first, in byte order. They include
 * everything that may differ, even in times and extended attributes only, and all directories
 * above. Some of them are unchanged. Compares merged views instead of upper directories: with
 * `redirect_dir`, a renamed directory appears in an upper directory without its files. Throws
 * `NestedTooDeep`.
 */
export async function* compareViews(views: ComparedViews, exceptions = none): AsyncGenerator<Change> {
  const [before, after] = [Buffer.from(views.before), Buffer.from(views.after)]
  const [was, now] = await Promise.all([statsOf(before), statsOf(after)])
  yield { path: Buffer.from('.'), was, now, replaced: false }
  const own = views.differing?.directories.map((path) => Buffer.from(path))
  yield* compareDirectories(before, after, undefined, own, {
    ...exceptions,
    redirected: views.differing?.redirected ?? new Set(),
  })
}

async function* compareDirectories(
  before: Buffer | undefined,
  after: Buffer,
  path: Buffer | undefined,
  own: OwnDirectories | undefined,
  exceptions: Exceptions & Pick<DifferingLayers, 'redirected'>,
): AsyncGenerator<Change> {
  const [old, current] = await Promise.all([before === undefined ? [] : namesIn(before), namesIn(after)])
  const names = new Map([...old, ...current].map((name) => [name.toString('latin1'), name]))
  for (const [, name] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const below = path === undefined ? name : Buffer.concat([path, slash, name])
    const oldPath = before && Buffer.concat([before, slash, name])
    const newPath = Buffer.concat([after, slash, name])
    const [was, now] = await Promise.all([oldPath && statsOf(oldPath), statsOf(newPath)])
    const key = below.toString('latin1')
    const ownHere = own === undefined || own === 'all' ? own : await namesakes(own, name)
    const untouched = was !== undefined && now !== undefined && isUntouched(was, now, ownHere)
    if (untouched && !exceptions.touched.has(key)) continue
    const isKept = was !== undefined && now !== undefined && kindOf(was) === kindOf(now) && !exceptions.anew.has(key)
    yield { path: below, was, now, replaced: was !== undefined && now !== undefined && !isKept }
    if (!now?.isDirectory()) continue
    const inside = exceptions.redirected.has(key) ? 'all' : directoriesAmong(ownHere)
    yield* compareDirectories(isKept ? oldPath : undefined, newPath, below, inside, exceptions)
  }
}

interface Namesake {
  readonly path: Buffer
  readonly isDirectory: boolean
}

/** Returns the entries of this name in the differing layers. */
async function namesakes(own: readonly Buffer[], name: Buffer): Promise<readonly Namesake[]> {
  const found = await Promise.all(
    own.map(async (directory) => {
      const path = Buffer.concat([directory, slash, name])
      const stats = await statsOf(path)
      return stats && { path, isDirectory: stats.isDirectory() }
    }),
  )
  return found.filter((entry) => entry !== undefined)
}

/** Excludes links to directories, because a layer's links would lead to this machine's files. */
function directoriesAmong(entries: readonly Namesake[] | 'all' | undefined): OwnDirectories | undefined {
  if (entries === undefined || entries === 'all') return entries
  return entries.filter(({ isDirectory }) => isDirectory).map(({ path }) => path)
}

/**
 * Returns whether an entry is certainly the same in both views. Without images, it is the same
 * inode with the same ctime, which only the kernel can set. An image has no ctimes, and two images
 * may have the same inodes with times that steps set. In that case the names in the differing
 * layers show the changes. Both checks cover a directory without changes below it, because a change
 * below copies the directory up.
 */
function isUntouched(was: BigIntStats, now: BigIntStats, own: readonly Namesake[] | 'all' | undefined): boolean {
  if (own === undefined) return was.ino === now.ino && was.ctimeNs === now.ctimeNs
  return own !== 'all' && own.length === 0
}

/** Returns the path of an entry in a view. */
export function inView(root: string, path: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), path])
}

/**
 * Returns the content of an entry without its attributes: digest of its bytes, link target or
 * device number. A file with holes that `holes` does not read counts as unique.
 */
export async function contentOf(path: Buffer, stats: BigIntStats, holes: Holes): Promise<string> {
  if (stats.isSymbolicLink()) return (await readlink(path, 'buffer')).toString('hex')
  if (stats.isCharacterDevice() || stats.isBlockDevice()) return stats.rdev.toString()
  if (!stats.isFile()) return ''
  const unread = holes.standIn(stats)
  if (unread !== undefined) return unread
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

/** Returns the entry at a path, without following a link; undefined if there is none. */
async function statsOf(path: Buffer): Promise<BigIntStats | undefined> {
  if (path.length > longestPath) throw new NestedTooDeep()
  return ifPresent(lstat(path, { bigint: true }))
}
