import { type BigIntStats, lstatSync } from 'node:fs'
import { type Selection, selection } from '@harmont/source-set'
import { entriesOf } from '../../files/entries-of.ts'
import { SandboxError } from '../../sandbox-driver.ts'
import type { BytePath } from '../manifest.ts'

/** Bounds time and memory for a snapshot that an attacker filled. */
interface WalkLimits {
  /** Entries that a walk may look at. */
  readonly seen: number
  /** Entries that the paths may name. */
  readonly found: number
}

const defaultLimits: WalkLimits = { seen: 2_000_000, found: 250_000 }
/** With the view's root before it, a path stays shorter than the kernel's longest. */
const longestPath = 3_800
/** A walk keeps every folder above open. */
const deepest = 400

export interface FoundEntry {
  /** Relative to the workspace. */
  readonly path: BytePath
  readonly kind: 'file' | 'link' | 'folder'
  readonly stats: BigIntStats
  /** The file that the view shows here; null for no file, and where a copy is needed. */
  readonly shown: LayerFile | null
}

export interface LayerFile {
  readonly path: Buffer
  /** Index of its layer. */
  readonly layer: number
}

type LayerFolder = LayerFile

/** A merged /workspace, and the same directory of each layer below, newest first. */
export interface LayeredWorkspace {
  readonly workspace: string
  readonly layers: readonly string[]
}

/**
 * Calls `visit` for what a path or glob names in a workspace, folders before their content. A folder
 * stands for everything in it. Links are entries and are never followed. Omits devices, pipes and
 * sockets. Throws SandboxError `provision_failed` beyond a limit.
 */
export function findEntries(
  { workspace, layers }: LayeredWorkspace,
  pattern: string,
  visit: (entry: FoundEntry) => void,
  limits = defaultLimits,
): void {
  let [seen, found] = [0, 0]
  const give = (entry: FoundEntry) => {
    if (++found > limits.found) throw tooMany(pattern, `more than ${grouped(limits.found)} files`)
    visit(entry)
  }
  function walk(
    path: BytePath,
    folder: Buffer,
    layersHere: readonly LayerFolder[],
    depth: number,
    at: Selection,
  ): void {
    for (const entry of entriesOf(folder)) {
      if (++seen > limits.seen) throw tooMany(pattern, `to look at more than ${grouped(limits.seen)} files`)
      const text = entry.name.toString('utf8')
      const inner = entry.isDirectory() ? at.directory(text) : undefined
      if (inner === undefined && (entry.isDirectory() || at.file(text).length === 0)) continue
      const name = entry.name.toString('latin1')
      const own = path === '' ? name : `${path}/${name}`
      const place = below(folder, name)
      const stats = lstatSync(place, { bigint: true })
      if (inner !== undefined) {
        if (own.length > longestPath || depth > deepest) throw tooMany(pattern, 'folders nested too deep')
        if (inner.covering.length > 0) give({ path: own, kind: 'folder', stats, shown: null })
        walk(own, place, foldersOf(layersHere, name), depth + 1, inner)
      } else if (stats.isSymbolicLink()) give({ path: own, kind: 'link', stats, shown: null })
      else if (stats.isFile()) give({ path: own, kind: 'file', stats, shown: shownFile(layersHere, name, stats) })
    }
  }
  const top = lstatSync(workspace, { throwIfNoEntry: false })
  const roots = layers.map((path, layer) => ({ path: bytesOf(path), layer }))
  if (top?.isDirectory() === true) walk('', bytesOf(workspace), foldersOf(roots, ''), 1, selection([pattern]))
}

/**
 * Returns the layer's file that a view shows: the topmost one of this name, if it is the same inode.
 * After a rename, or a copy of a file for writing, the view shows another one.
 */
function shownFile(layers: readonly LayerFolder[], name: BytePath, view: BigIntStats): LayerFile | null {
  for (const { path: folder, layer } of layers) {
    const path = below(folder, name)
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    if (stats === undefined) continue
    // Inode numbers of different file systems may be equal; a change time is not by chance.
    const isSame = stats.isFile() && stats.ino === view.ino && stats.ctimeNs === view.ctimeNs
    // A layer may have a file without its content, which lies below (`metacopy`).
    return isSame && stats.size === view.size && stats.blocks === view.blocks ? { path, layer } : null
  }
  return null
}

/** A link to a folder is none: a layer's absolute link leads to this machine's files. */
function foldersOf(layers: readonly LayerFolder[], name: BytePath): readonly LayerFolder[] {
  return layers
    .map(({ path, layer }) => ({ path: below(path, name), layer }))
    .filter(({ path }) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
}

export function below(directory: Buffer, path: BytePath): Buffer {
  return path === '' ? directory : Buffer.concat([directory, Buffer.from(`/${path}`, 'latin1')])
}

function bytesOf(path: string): Buffer {
  return Buffer.from(path)
}

function tooMany(pattern: string, what: string): SandboxError {
  const message = `The input ${JSON.stringify(pattern)} would take ${what}. Name fewer files, or pack them into an archive.`
  return new SandboxError('provision_failed', message)
}

function grouped(count: number): string {
  return count.toLocaleString('en-US')
}
