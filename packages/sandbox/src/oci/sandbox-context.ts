import type { Layout } from './layout.ts'
import type { SandboxRecord } from './record.ts'
import type { OciSnapshots } from './snapshots.ts'
import type { Trash } from './trash.ts'
import type { Viewer } from './view.ts'

/** What all sandboxes of a driver share. */
export interface SandboxContext {
  readonly layout: Layout
  readonly snapshots: OciSnapshots
  readonly viewer: Viewer
  readonly trash: Trash
  readonly now: () => Date
  /** Clears groups of sandboxes whose record is lost. */
  readonly clearLost: () => Promise<void>
  /** Called once nothing of a sandbox is left. */
  readonly onDestroyed: (record: SandboxRecord | undefined, id: string) => void
}
