import type { SourceTreeRef } from '../sandbox-driver.ts'
import { runInWorker } from './worker-pool.ts'

export interface SyncRequest {
  readonly tree: SourceTreeRef
  /** What this workspace was last made equal to; travels with the sandbox and its snapshots. Its tree may be gone, its manifest not. */
  readonly previous: SourceTreeRef | null
  /** The merged /workspace as this process sees it; an existing directory, not a link. `/proc/PID/root/workspace` is fine. */
  readonly workspace: string
  /** Owner of what is written, as this process counts ids. */
  readonly owner: { readonly uid: number; readonly gid: number }
  /** The time that added and changed files get. */
  readonly now: Date
}

/**
 * Makes the workspace equal to the tree for the files that the source owns; does nothing when `previous` is the same tree. What is in the
 * workspace is not trusted: no link is followed and no pipe waited for. Nothing may run in the sandbox meanwhile. After a crash, call it again with
 * the same `previous`. Fails with SandboxError `provision_failed` when the workspace is no folder or a manifest is gone.
 */
export async function syncWorkspace(request: SyncRequest): Promise<void> {
  if (request.previous?.digest === request.tree.digest) return
  await runInWorker('sync', { ...request, now: request.now.getTime() })
}
