import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Layout } from '../layout/layout.ts'
import type { SnapshotId } from '../sandbox-driver.ts'
import { isAbsent } from '../system/files.ts'
import { snapshotFiles } from './snapshot-record.ts'

const run = promisify(execFile)
/** Long enough that a busy runner syncs a few times a minute, not a few times a second. */
const delayMs = 10_000

/**
 * Marks snapshots as safe from a power cut. A sync is of the whole file system and slow: it is done for many at once, and nothing
 * waits for it. What was not marked before an unclean stop is a miss afterwards.
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
      // A failed sync leaves them unmarked, which is what they are, until the next one.
      void this.flush().catch(() => {})
    }, delayMs).unref()
  }

  /** Syncs what is pending now. */
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
      // What is marked already may be marked again.
      for (const id of ids) this.request(id)
      throw error
    }
  }

  private async mark(id: SnapshotId): Promise<void> {
    try {
      await writeFile(snapshotFiles(this.layout, id).durable, '')
    } catch (error) {
      if (!isAbsent(error)) throw error // Collected meanwhile.
    }
  }
}
