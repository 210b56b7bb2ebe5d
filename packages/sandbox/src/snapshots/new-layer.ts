import { randomUUID } from 'node:crypto'
import { chmod, chown, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { LayerStack, ViewedStack } from '../launch/mounts.ts'
import type { Layout } from '../layout/layout.ts'
import { firstId } from '../privilege/id-ranges.ts'
import { writeAtomically } from '../system/files.ts'
import {
  filesIn,
  formatSnapshotRecord,
  type SnapshotFiles,
  type SnapshotRecord,
  snapshotFiles,
} from './snapshot-record.ts'
import type { Viewer } from './view.ts'

export interface NewLayer {
  readonly layout: Layout
  readonly viewer: Viewer
  /** Determines the id of the snapshot. */
  readonly record: SnapshotRecord
  /** The layer stack below the new layer. */
  readonly below: LayerStack
  /** Further stacks whose views `write` receives. */
  readonly others: readonly ViewedStack[]
  /**
   * Writes the layer through a merged view, so that the kernel records deletions. If it fails,
   * nothing of the layer remains.
   */
  readonly write: (view: string, others: readonly string[]) => Promise<void>
  /** Completes the layer after it is unmounted. `files` are the snapshot's files. */
  readonly complete?: (files: SnapshotFiles) => Promise<void>
}

/**
 * Makes a snapshot without a sandbox. The snapshot exists completely under its id or not at all,
 * even after a crash.
 */
export async function makeLayer({ layout, viewer, record, below, others, write, complete }: NewLayer): Promise<void> {
  // Staged in this driver's own trash, because the snapshots directory may be shared.
  const name = randomUUID()
  const staging = filesIn(join(layout.trash, name))
  const work = join(staging.directory, 'work')
  const release = viewer.hold([below, ...others])
  await mkdir(staging.directory, { mode: 0o700 })
  try {
    for (const path of [staging.layer, work]) {
      await mkdir(path)
      await chmod(path, 0o755)
      await chown(path, firstId, firstId)
    }
    const writable = { ...below, upper: `trash/${name}/layer`, work: `trash/${name}/work` }
    await viewer.withViews([writable, ...others], ([view = '', ...shown]) => write(view, shown))
    await rm(work, { recursive: true, force: true })
    await complete?.(staging)
    writeAtomically(staging.record, formatSnapshotRecord(record))
    await rename(staging.directory, snapshotFiles(layout, record.id).directory)
  } catch (error) {
    await rm(staging.directory, { recursive: true, force: true })
    throw error
  } finally {
    release()
  }
}
