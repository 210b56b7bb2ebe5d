import { type BigIntStats, lstatSync } from 'node:fs'
import { type Selection, selection } from '@harmont/source-set'
import { entriesOf } from '../../files/entries-of.ts'
import { SandboxError } from '../../sandbox-driver.ts'
import type { BytePath } from '../manifest.ts'

/** Limits time and memory, because an attacker may have filled the snapshot. */
interface WalkLimits {
  /** Maximum number of entries that a walk examines. */
  readonly seen: number
  /** Maximum number of entries that may match. */
  readonly found: number
}

const defaultLimits: WalkLimits = { seen: 2_000_000, found: 250_000 }
/** Keeps a path, with the view's root before it, below the kernel's maximum length. */
const longestPath = 3_800
/** Limits the depth, because a walk keeps all parent folders open. */
const deepest = 400

export interface FoundEntry {
  /** Relative to the workspace. */
  readonly path: BytePath
  readonly kind: 'file' | 'link' | 'folder'
  readonly stats: BigIntStats
  /** The layer's file that the view shows here; null if there is none, or if a copy is needed. */
  readonly shown: LayerFile | null
}

export interface LayerFile {
  readonly path: Buffer
  /** Index of the file's layer. */
  readonly layer: number
}

type LayerFolder = LayerFile

/** A merged /workspace, and the same directory of each of its layers, newest first. */
export interface LayeredWorkspace {
  readonly workspace: string
  readonly layers: readonly string[]
}

/**
 * Calls `visit` for the entries of a workspace that match a path or glob, folders before their
 * content. A matching folder includes everything in it. Links count as entries and are never
 * followed. Omits devices, pipes and sockets. Throws SandboxError `provision_failed` beyond a
 * limit.
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
      if (++seen > limits.seen) throw tooMany(pattern, `a search through more than ${grouped(limits.seen)} files`)
      const text = entry.name.toString('utf8')
      const inner = entry.isDirectory() ? at.directory(text) : undefined
      if (inner === undefined && (entry.isDirectory() || at.file(text).length === 0)) continue
      const name = entry.name.toString('latin1')
      const own = path === '' ? name : `${path}/${name}`
      if (own.length > longestPath || (inner !== undefined && depth > deepest))
        throw tooMany(pattern, 'folders that are nested too deep')
      const place = below(folder, name)
      const stats = lstatSync(place, { bigint: true })
      if (inner !== undefined) {
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
 * Returns the layer's file that a view shows: the topmost one of this name, if it is the same
 * inode. After a rename, or after a write has copied the file, the view shows a different inode.
 */
function shownFile(layers: readonly LayerFolder[], name: BytePath, view: BigIntStats): LayerFile | null {
  for (const { path: folder, layer } of layers) {
    const path = below(folder, name)
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    if (stats === undefined) continue
    // Inode numbers of different file systems may be equal; equal change times are no coincidence.
    const isSame = stats.isFile() && stats.ino === view.ino && stats.ctimeNs === view.ctimeNs
    // A layer may have a file whose content is in a lower layer (`metacopy`).
    return isSame && stats.size === view.size && stats.blocks === view.blocks ? { path, layer } : null
  }
  return null
}

/** Excludes links to folders, because a layer's absolute link leads to this machine's files. */
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
  const message = `The input ${JSON.stringify(pattern)} would need ${what}. Name fewer files, or pack them into an archive.`
  return new SandboxError('provision_failed', message)
}

function grouped(count: number): string {
  return count.toLocaleString('en-US')
}
