import { randomUUID } from 'node:crypto'
import { chmod, chown, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { LayerStack, ViewedStack } from '../launch/mounts.ts'
import { firstId, type Layout } from '../layout/layout.ts'
import { writeAtomically } from '../system/files.ts'
import { filesIn, type SnapshotRecord, snapshotFiles } from './snapshot-record.ts'
import type { Viewer } from './view.ts'

export interface NewLayer {
  readonly layout: Layout
  readonly viewer: Viewer
  /** Under whose id it will be found. */
  readonly record: SnapshotRecord
  /** What the layer lies on. */
  readonly below: LayerStack
  /** Shown beside it. */
  readonly others: readonly ViewedStack[]
  /** Writes it, in a merged view over what is below: the kernel sees to what is deleted. Nothing is kept when this fails. */
  readonly write: (view: string, others: readonly string[]) => Promise<void>
}

/** Makes a snapshot that no sandbox left. It is there whole under its id, or not at all, also when this process is killed. */
export async function makeLayer({ layout, viewer, record, below, others, write }: NewLayer): Promise<void> {
  // In this driver's own trash: the snapshots may be other drivers' too.
  const name = randomUUID()
  const staging = filesIn(join(layout.trash, name))
  const work = join(staging.directory, 'work')
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
    writeAtomically(staging.record, JSON.stringify(record))
    await rename(staging.directory, snapshotFiles(layout, record.id).directory)
  } catch (error) {
    await rm(staging.directory, { recursive: true, force: true })
    throw error
  }
}
