import type { RuntimeTarget } from '../launch/runtimes/index.ts'
import type { Layout } from '../layout/layout.ts'
import type { OciSnapshots } from '../snapshots/snapshots.ts'
import type { Viewer } from '../snapshots/view.ts'
import type { Trash } from '../system/trash.ts'
import type { SandboxRecord } from './record.ts'

/** State shared by all sandboxes of a driver. */
export interface SandboxContext {
  readonly layout: Layout
  readonly snapshots: OciSnapshots
  readonly viewer: Viewer
  readonly trash: Trash
  readonly now: () => Date
  /** Removes the groups of sandboxes whose record is lost. */
  readonly clearLost: () => Promise<void>
  /** Forgets how the link of a sandbox was bound, once it is gone. */
  readonly unbind: (record: SandboxRecord) => Promise<void>
  /** Called once nothing of a sandbox is left. */
  readonly onDestroyed: (record: SandboxRecord | undefined, id: string) => void
}

/** One sandbox, as the parts of its life see it. */
export interface SandboxState {
  readonly context: SandboxContext
  readonly record: SandboxRecord
  readonly target: RuntimeTarget
}
