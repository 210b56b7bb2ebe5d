import type { Stats } from 'node:fs'
import { chmod, lchown, link, lstat, lutimes, mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import { privilegeMode } from '../privilege/privilege-mode.ts'
import { hasCode } from '../system/files.ts'
import { runTool } from '../system/run-tool.ts'
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
  /** Leaves out files that other users cannot read. */
  readonly publicOnly: boolean
  /** Copies every file, because it is written in place. */
  readonly copy?: boolean
}

const CANNOT_LINK = ['EXDEV', 'EPERM', 'EMLINK', 'EOPNOTSUPP']
const AT_ONCE = 64
/** An unprivileged user owns all files of the base. */
const IS_ROOT = privilegeMode.kind === 'root'

/**
 * Makes a tree of this machine appear below another root without copying it: files become hard
 * links, folders are created. Copies files that cannot be linked, mostly those from another file
 * system. The copy must be treated as read-only: a write would change the machine's own file. A
 * package upgrade renames new files into place, so it does not change the farm. Leaves out sockets,
 * pipes and devices.
 */
export async function farm(request: FarmRequest): Promise<void> {
  const stats = await lstat(request.source)
  const isWhole = IS_ROOT && stats.isDirectory() && request.copy !== true
  if (isWhole && (await linkWhole(request))) return
  // Reserves space before anything is created: folders alone can fill a small disk.
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
        try {
          if (entry.isFile() && !request.publicOnly && !request.hide.has(child)) {
            await linkOrNote(request, child, bytes(request.root + child), copies)
          } else await farmEntry(request, child, await lstat(bytes(child)), copies)
        } catch (error) {
          // Other processes, such as apt, may remove a listed file.
          if (!hasCode(error, 'ENOENT') || !(await isGone(bytes(child)))) throw error
        }
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

async function isGone(path: Buffer): Promise<boolean> {
  try {
    await lstat(path)
    return false
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return true
    throw error
  }
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/** Returns the bytes of a path as text, one character per byte, because names need not be UTF-8. */
function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/**
 * Copies absolute `latin1` paths of this machine to the same paths below `root`, with `cp
 * --archive` and further options. Throws if a path cannot be copied.
 */
async function cpInto(root: string, files: readonly string[], options: readonly string[]): Promise<void> {
  const list = files.map((file) => `${file.slice(1)}\0`).join('')
  const cp = ['cp', '--archive', ...options, '--parents', '--target-directory', root, '--']
  await runTool('xargs', ['--null', '--no-run-if-empty', ...cp], { cwd: '/', stdin: Buffer.from(list, 'latin1') })
}

const STAT_BLOCK = 512
// Folders that an ordinary user cannot list are skipped.
const UNLISTABLE = ['-type', 'd', '(', '!', '-readable', '-o', '!', '-executable', ')', '-prune', '-o']
const PRINT_BLOCKS = ['-printf', '%b\n']

/** Returns the disk space of a tree of this machine, without the paths in `hide`. */
async function extentBelow(source: string, hide: ReadonlySet<string>): Promise<Extent> {
  const hidden = [...hide].flatMap((file) => ['-path', file, '-prune', '-o'])
  return extentIn(await runTool('find', [source, ...hidden, ...UNLISTABLE, ...PRINT_BLOCKS]))
}

/** Returns the disk space of these `latin1` paths. */
async function extentOf(files: readonly string[]): Promise<Extent> {
  const stdin = Buffer.from(files.map((file) => `${file}\0`).join(''), 'latin1')
  return extentIn(await runTool('find', ['-files0-from', '-', '-maxdepth', '0', ...PRINT_BLOCKS], { stdin }))
}

function extentIn(printed: Buffer): Extent {
  const blocks = printed.toString('latin1').split('\n').slice(0, -1)
  return { bytes: blocks.reduce((sum, each) => sum + Number(each), 0) * STAT_BLOCK, entries: blocks.length }
}

interface WholeRequest {
  readonly source: string
  readonly root: string
  readonly hide: ReadonlySet<string>
  readonly publicOnly: boolean
}

const CLOSED_FOLDER = ['-type', 'd', '!', '-perm', '-o=rx', '-prune']
const CLOSED_FILE = ['-o', '-type', 'f', '!', '-perm', '-o=r']

/**
 * Links a folder of this machine to the same path below `root`, without the paths in `hide`. A
 * single cp takes a fifth of the processor time of linking each entry (58,000 files: 1.5 s and 3.5
 * s, measured 2026-11-27). Leaves out sockets, pipes and devices, and with `publicOnly` also files
 * that other users cannot read. Returns false, and leaves nothing, if the folder is empty, if an
 * entry cannot be linked, or if a hidden path lies deeper.
 */
async function linkWhole({ source, root, hide, publicOnly }: WholeRequest): Promise<boolean> {
  const hidden = [...hide].filter((file) => file.startsWith(`${source}/`))
  if (hidden.some((file) => path.dirname(file) !== source)) return false
  const left = new Set(hidden.map(latin1))
  const all = (await readdir(source, 'latin1')).map((name) => `${latin1(source)}/${name}`)
  const files = all.filter((file) => !left.has(file))
  // For an empty folder, such as /opt of a new machine, cp creates nothing. The caller creates it.
  if (files.length === 0) return false
  try {
    await cpInto(root, files, ['--link'])
  } catch {
    // Linking each entry instead reports the failing one, and copies entries that cannot be linked.
    await rm(root + source, { recursive: true, force: true })
    return false
  }
  // Removes the links, not their targets.
  const remove = ['-exec', 'rm', '-rf', '--', '{}', '+']
  const closed = publicOnly ? [...CLOSED_FOLDER, ...remove, '-o'] : []
  const strange = ['(', '-type', 'b,c,p,s', ...(publicOnly ? CLOSED_FILE : []), ')', ...remove]
  await runTool('find', [root + source, ...closed, ...strange])
  return true
}
