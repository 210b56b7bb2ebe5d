import { writeFile } from 'node:fs/promises'
import type { Layout } from '../layout/layout.ts'
import type { SnapshotId } from '../sandbox-driver.ts'
import { isAbsent } from '../system/files.ts'
import { run } from '../system/processes.ts'
import { snapshotFiles } from './snapshot-record.ts'

/** In ms. A busy runner syncs a few times a minute instead of a few times a second. */
const delayMs = 10_000

/**
 * Marks snapshots that would survive a power failure. A sync covers the whole file system and is
 * slow, so it runs for many snapshots at once, and no caller waits for it. After an unclean stop,
 * unmarked snapshots are treated as absent.
 */
export class Durability {
  private readonly layout: Layout
  private readonly pending = new Set<SnapshotId>()
  private timer: NodeJS.Timeout | undefined
  private syncing: Promise<void> = Promise.resolve()

  constructor(layout: Layout) {
    this.layout = layout
  }

  request(id: SnapshotId): void {
    this.pending.add(id)
    this.timer ??= setTimeout(() => {
      // After a failed sync, the snapshots correctly remain unmarked until the next one.
      void this.flush().catch(() => {})
    }, delayMs).unref()
  }

  /** Syncs the pending snapshots immediately. */
  flush(): Promise<void> {
    clearTimeout(this.timer)
    this.timer = undefined
    this.syncing = this.syncing.catch(() => {}).then(() => this.sync())
    return this.syncing
  }

  private async sync(): Promise<void> {
    const ids = [...this.pending]
    this.pending.clear()
    if (ids.length === 0) return
    try {
      await run('sync', ['--file-system', this.layout.snapshots])
      for (const id of ids) await this.mark(id)
    } catch (error) {
      // Repeated for all of them, because marking a snapshot twice is harmless.
      for (const id of ids) this.request(id)
      throw error
    }
  }

  private async mark(id: SnapshotId): Promise<void> {
    try {
      await writeFile(snapshotFiles(this.layout, id).durable, '')
    } catch (error) {
      if (!isAbsent(error)) throw error // It may already be collected.
    }
  }
}
