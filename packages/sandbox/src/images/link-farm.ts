import type { Stats } from 'node:fs'
import { chmod, lchown, link, lstat, lutimes, mkdir, readdir, readlink, symlink } from 'node:fs/promises'
import { footing } from '../privilege/privilege-mode.ts'
import { hasCode } from '../system/missing.ts'
import { cpInto, latin1 } from './cp-into.ts'
import { extentBelow, extentOf } from './disk-extent.ts'
import { linkWhole } from './link-whole.ts'
import type { Extent } from './tar-meter.ts'

export type Reserve = (extent: Extent) => Promise<Disposable>

export interface FarmRequest {
  /** Absolute path of a folder, file or link of this machine. */
  readonly source: string
  /** The root below which the source appears at the same path. */
  readonly root: string
  /** Absolute paths that are left out, with everything below them. */
  readonly hide: ReadonlySet<string>
  /** Reserves disk space for copies. Throws if there is too little. */
  readonly reserve: Reserve
  /** Leave out files that other users cannot read. */
  readonly publicOnly: boolean
  /** Copy every file, because it is written in place. */
  readonly copy?: boolean
}

const CANNOT_LINK = ['EXDEV', 'EPERM', 'EMLINK', 'EOPNOTSUPP']
const AT_ONCE = 64
/** An unprivileged user owns everything in the base. */
const IS_ROOT = footing.kind === 'root'

/**
 * Shows a tree of this machine below another root without copying it: files become hard links,
 * folders are new. Copies files that cannot be linked, above all from another file system.
 * Read-only by agreement: a write would change the machine's own file. A package upgrade renames
 * new files into place, so it does not change a farm. Leaves out sockets, pipes and devices.
 */
export async function farm(request: FarmRequest): Promise<void> {
  const stats = await lstat(request.source)
  const isWhole = IS_ROOT && stats.isDirectory() && request.copy !== true
  if (isWhole && (await linkWhole(request))) return
  // Reserve before anything is made: folders alone can fill a small disk.
  const isCopied = request.copy === true || !IS_ROOT || stats.dev !== (await lstat(request.root)).dev
  using _room = isCopied ? await request.reserve(await extentBelow(request.source, request.hide)) : undefined
  const copies: string[] = []
  const byteWise: FarmRequest = {
    ...request,
    source: latin1(request.source),
    root: latin1(request.root),
    hide: new Set([...request.hide].map(latin1)),
  }
  await farmEntry(byteWise, byteWise.source, stats, copies)
  if (copies.length === 0) return
  using _more = isCopied ? undefined : await request.reserve(await extentOf(copies))
  const kept = IS_ROOT ? [] : ['--no-preserve=ownership']
  await cpInto(request.root, copies, [...kept, '--reflink=auto'])
}

/** Paths are latin1 text, one character per byte, because names need not be UTF-8. */
async function farmEntry(request: FarmRequest, source: string, stats: Stats, copies: string[]): Promise<void> {
  const target = Buffer.from(request.root + source, 'latin1')
  if (request.hide.has(source)) return
  if (stats.isSymbolicLink()) {
    await symlink(await readlink(bytes(source), 'buffer'), target)
    if (IS_ROOT) await lchown(target, stats.uid, stats.gid)
    return
  }
  if (stats.isFile()) {
    if (request.publicOnly && (stats.mode & 0o004) === 0) return
    await linkOrNote(request, source, target, copies)
    return
  }
  if (!stats.isDirectory() || (request.publicOnly && (stats.mode & 0o005) !== 0o005)) return
  await mkdir(target, { recursive: true })
  const names = await readdir(bytes(source), { encoding: 'latin1', withFileTypes: true })
  for (let start = 0; start < names.length; start += AT_ONCE) {
    await Promise.all(
      names.slice(start, start + AT_ONCE).map(async (entry) => {
        const child = `${source}/${entry.name}`
        if (entry.isFile() && !request.publicOnly && !request.hide.has(child)) {
          await linkOrNote(request, child, bytes(request.root + child), copies)
        } else await farmEntry(request, child, await lstat(bytes(child)), copies)
      }),
    )
  }
  if (IS_ROOT) await lchown(target, stats.uid, stats.gid)
  await chmod(target, stats.mode & 0o7777)
  await lutimes(target, stats.atime, stats.mtime)
}

async function linkOrNote(request: FarmRequest, source: string, target: Buffer, copies: string[]): Promise<void> {
  try {
    if (request.copy === true) copies.push(source)
    else await link(bytes(source), target)
  } catch (error) {
    if (!CANNOT_LINK.some((code) => hasCode(error, code))) throw error
    copies.push(source)
  }
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}
