import type { ProcessorShares } from '../cgroups/processor-shares.ts'
import type { RuntimeTarget } from '../launch/runtimes/index.ts'
import type { Layout } from '../layout/layout.ts'
import type { OciSnapshots } from '../snapshots/snapshots.ts'
import type { Viewer } from '../snapshots/view.ts'
import type { KernelThread } from '../system/kernel/kernel-thread.ts'
import type { Trash } from '../system/trash.ts'
import type { SandboxRecord } from './record.ts'

/** State shared by all sandboxes of a driver. */
export interface SandboxContext {
  readonly layout: Layout
  readonly snapshots: OciSnapshots
  readonly viewer: Viewer
  readonly trash: Trash
  readonly now: () => Date
  readonly shares: ProcessorShares
  /** Opens the kernel thread; undefined if programs do its work. */
  readonly kernel: () => Promise<KernelThread | undefined>
  /** Removes the groups of sandboxes whose record is lost. */
  readonly clearLost: () => Promise<void>
  /** Removes the egress list of a sandbox's link, once the link is gone. */
  readonly unbind: (record: SandboxRecord) => Promise<void>
  /** Called once nothing of a sandbox remains. */
  readonly onDestroyed: (record: SandboxRecord | undefined, id: string) => void
}

/** One sandbox, as shared by the modules of this folder. */
export interface SandboxState {
  readonly context: SandboxContext
  readonly record: SandboxRecord
  readonly target: RuntimeTarget
}
