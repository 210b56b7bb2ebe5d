import { SandboxError, type SourceTreeRef } from '../sandbox-driver.ts'
import { asFolders, type Folder, isFolder, type ManifestEntry, treeManifest } from './manifest.ts'
import { OpenFolder, type Owner } from './open-folder.ts'

export interface SyncJob {
  readonly tree: SourceTreeRef
  readonly previous: SourceTreeRef | null
  readonly workspace: string
  readonly owner: Owner
  /** Unix milliseconds. */
  readonly now: number
}

type Node = ManifestEntry | Folder | undefined

const NOTHING: Folder = { children: new Map() }

/** Runs `syncWorkspace` in a worker thread. */
export function syncTree(job: SyncJob): undefined {
  const next = foldersOf(job.tree)
  const previous = job.previous === null ? NOTHING : foldersOf(job.previous)
  const workspace = openWorkspace(job)
  try {
    syncFolder(workspace, next, previous)
  } finally {
    workspace.close()
  }
}

function syncFolder(folder: OpenFolder, next: Folder, previous: Folder): void {
  for (const [name, before] of previous.children) {
    if (!next.children.has(name)) removeOwned(folder, name, before)
  }
  for (const [name, wanted] of next.children) {
    const before = previous.children.get(name)
    const found = folder.look(name)
    if (isFolder(wanted)) {
      if (found?.isDirectory() !== true) {
        folder.remove(name, found)
        folder.makeFolder(name)
      }
      const inner = folder.enter(name)
      try {
        syncFolder(inner, wanted, isFolder(before) ? before : NOTHING)
      } finally {
        inner.close()
      }
    } else if (!isUnchanged(before, wanted) || !folder.holds(name, found, wanted)) {
      folder.remove(name, found)
      folder.write(name, wanted)
    }
  }
}

/**
 * Removes what an earlier tree brought, even if a step changed it. Removes a folder only if it has
 * nothing of a step's.
 */
function removeOwned(folder: OpenFolder, name: string, before: Node): void {
  const found = folder.look(name)
  // A folder in place of a file, or the reverse, was made by a step and is kept.
  if (found === undefined || found.isDirectory() !== isFolder(before)) return
  if (!isFolder(before)) {
    folder.remove(name, found)
    return
  }
  const inner = folder.enter(name)
  try {
    syncFolder(inner, NOTHING, before)
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
