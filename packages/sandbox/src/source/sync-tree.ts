import { SandboxError, type SourceTreeRef } from '../sandbox-driver.ts'
import { isPlacedFolder, type Placed, type PlacedFolder, Placement } from './inputs/placement.ts'
import { asFolders, type BytePath, type Folder, isFolder, type ManifestEntry, treeManifest } from './manifest.ts'
import { OpenFolder, type Owner } from './open-folder.ts'

export interface SyncJob {
  readonly tree: SourceTreeRef
  readonly previous: SourceTreeRef | null
  readonly workspace: string
  readonly owner: Owner
  /** Unix milliseconds. */
  readonly now: number
  readonly inputPaths: readonly BytePath[]
}

type Node = ManifestEntry | Folder | undefined

const NOTHING: Folder = { children: new Map() }

/** The entries that inputs provided in one folder; undefined if there are none. */
type Given = PlacedFolder<true> | undefined

/** Does the work of `syncWorkspace` in a worker thread. */
export function syncTree(job: SyncJob): readonly BytePath[] {
  const next = foldersOf(job.tree)
  const given = givenBy(job.inputPaths)
  const isThere = job.previous?.digest === job.tree.digest
  if (!isThere) {
    const previous = job.previous === null ? NOTHING : foldersOf(job.previous)
    const workspace = openWorkspace(job)
    try {
      syncFolder(workspace, next, previous, given)
    } finally {
      workspace.close()
    }
  }
  return job.inputPaths.filter((path) => isOwned(next, path))
}

function syncFolder(folder: OpenFolder, next: Folder, previous: Folder, given: Given): void {
  for (const [name, before] of previous.children) {
    const own = given?.children.get(name)
    if (!next.children.has(name) && !isLeftAlone(before, own)) removeOwned(folder, name, before, insideOf(own))
  }
  for (const [name, wanted] of next.children) {
    const own = given?.children.get(name)
    if (isLeftAlone(wanted, own)) continue
    const before = previous.children.get(name)
    const found = folder.look(name)
    if (isFolder(wanted)) {
      if (found?.isDirectory() !== true) {
        folder.remove(name, found)
        folder.makeFolder(name)
      }
      const inner = folder.enter(name)
      try {
        syncFolder(inner, wanted, isFolder(before) ? before : NOTHING, insideOf(own))
      } finally {
        inner.close()
      }
    } else if (!isUnchanged(before, wanted) || !folder.holds(name, found, wanted)) {
      folder.remove(name, found)
      folder.write(name, wanted)
    }
  }
}

function givenBy(paths: readonly BytePath[]): Given {
  if (paths.length === 0) return undefined
  const placement = new Placement<true>()
  for (const path of paths) placement.file(path, true)
  return placement.root
}

/**
 * Returns whether an input's entry has priority over the source's: a file, or a folder in place of
 * a file.
 */
function isLeftAlone(source: Node, given: PlacedFolder<true> | Placed<true> | undefined): boolean {
  return given !== undefined && !(isPlacedFolder(given) && isFolder(source))
}

function insideOf(given: PlacedFolder<true> | Placed<true> | undefined): Given {
  return isPlacedFolder(given) ? given : undefined
}

/** Returns whether the tree has this path, or a file at a parent path. */
function isOwned(tree: Folder, path: BytePath): boolean {
  let at: Node = tree
  for (const name of path.split('/')) {
    if (!isFolder(at)) return true
    at = at.children.get(name)
    if (at === undefined) return false
  }
  return true
}

/**
 * Removes files of an earlier tree, even if a step changed them. Removes a folder only if it
 * contains nothing that a step made.
 */
function removeOwned(folder: OpenFolder, name: string, before: Node, given: Given): void {
  const found = folder.look(name)
  // A folder in place of a file, or a file in place of a folder, was made by a step and is kept.
  if (found === undefined || found.isDirectory() !== isFolder(before)) return
  if (!isFolder(before)) {
    folder.remove(name, found)
    return
  }
  const inner = folder.enter(name)
  try {
    syncFolder(inner, NOTHING, before, given)
  } finally {
    inner.close()
  }
  folder.removeIfEmpty(name)
}

function isUnchanged(before: Node, wanted: ManifestEntry): boolean {
  return before !== undefined && !isFolder(before) && before.kind === wanted.kind && before.content === wanted.content
}

function foldersOf(tree: SourceTreeRef): Folder {
  return asFolders(treeManifest(tree))
}

function openWorkspace(job: SyncJob): OpenFolder {
  try {
    return OpenFolder.root(job.workspace, { tree: job.tree.path, owner: job.owner, now: job.now })
  } catch (cause) {
    throw new SandboxError('provision_failed', `cannot put the source into /workspace: ${cause}`, {
      cause,
    })
  }
}
