import { SandboxError, type SourceTreeRef } from '../driver.ts'

export interface SyncRequest {
  readonly tree: SourceTreeRef
  /** What this workspace was last made equal to; travels with the sandbox and its snapshots. Its tree may be gone, its manifest not. */
  readonly previous: SourceTreeRef | null
  /** The merged /workspace as this process sees it; an existing directory. `/proc/PID/root/workspace` is fine. */
  readonly workspace: string
  /** Owner of what is written, as this process counts ids. */
  readonly owner: { readonly uid: number; readonly gid: number }
  /** The time that added and changed files get. */
  readonly now: Date
}

/** Makes the workspace equal to the tree for the files that the source owns; does nothing when `previous` is the same tree. */
export function syncWorkspace(_request: SyncRequest): Promise<void> {
  return Promise.reject(new SandboxError('provision_failed', 'under construction'))
}
