import type { SourceTreeRef } from '../sandbox-driver.ts'
import type { BytePath } from './manifest.ts'
import { runInWorker } from './worker-pool.ts'

export interface SyncRequest {
  readonly tree: SourceTreeRef
  /**
   * The tree to which this workspace was last synced, as recorded with the sandbox and its
   * snapshots. The tree itself may have been removed, but its manifest must exist.
   */
  readonly previous: SourceTreeRef | null
  /**
   * The merged /workspace as this process sees it: an existing directory, not a link, for example
   * `/proc/PID/root/workspace`.
   */
  readonly workspace: string
  /** Owner of written files, as ids of this process. */
  readonly owner: { readonly uid: number; readonly gid: number }
  /** Time of added and changed files. */
  readonly now: Date
  /** Paths of the workspace that inputs provided. The source does not change them. */
  readonly inputPaths?: readonly BytePath[]
}

/**
 * Makes the workspace equal to the tree for files that the source owns. Does nothing if `previous`
 * is the same tree. Returns those of `inputPaths` that the source also contains. The workspace is
 * untrusted: no link is followed, and no pipe can block. No process may run in the sandbox
 * meanwhile. After a crash, repeat the call with the same `previous`. Rejects with SandboxError
 * `provision_failed` if the workspace is not a folder or a manifest is missing.
 */
export async function syncWorkspace(request: SyncRequest): Promise<readonly BytePath[]> {
  const { previous, tree, inputPaths = [] } = request
  if (previous?.digest === tree.digest && inputPaths.length === 0) return []
  return runInWorker('sync', { ...request, inputPaths, now: request.now.getTime() })
}
