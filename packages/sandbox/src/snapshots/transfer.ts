import type { Readable } from 'node:stream'
import type { ImageStore } from '../images/index.ts'
import { layerStack } from '../launch/mounts.ts'
import type { Layout } from '../layout/layout.ts'
import {
  type PackedLayer,
  type PackedSnapshot,
  SandboxError,
  type SnapshotId,
  type SourceTreeRef,
} from '../sandbox-driver.ts'
import { bootId } from '../system/clock.ts'
import { makeLayer } from './new-layer.ts'
import { packLayer } from './pack-layer.ts'
import type { SnapshotRecord, SnapshotRecords } from './snapshot-record.ts'
import { unpackLayer } from './unpack-layer.ts'
import type { Viewer } from './view.ts'

export interface Transfer {
  readonly layout: Layout
  readonly viewer: Viewer
  readonly images: Pick<ImageStore, 'byDigest'>
  readonly snapshots: SnapshotRecords
}

/** See `SnapshotStore.pack`. */
export async function packSnapshot(id: SnapshotId, target: string, transfer: Transfer): Promise<PackedLayer> {
  const record = await wholeRecord(id, transfer)
  const image = await rootfsOf(record, transfer)
  const stacks = [layerStack(image, record.layers.slice(1)), layerStack(image, record.layers)]
  return transfer.viewer.withViews(stacks, ([before = '', after = '']) => packLayer(before, after, target))
}

/** See `SnapshotStore.unpack`. */
export async function unpackSnapshot(
  packed: PackedSnapshot,
  source: SourceTreeRef | null,
  open: () => Readable,
  transfer: Transfer,
): Promise<void> {
  const { layer, id, parent, imageDigest, layers, createdAt, meta } = packed
  const record: SnapshotRecord = { version: 1, id, parent, imageDigest, layers, source, createdAt, bootId, meta }
  const [, below] = layers
  const lower = below === undefined ? [] : (await wholeRecord(below, transfer)).layers
  if (layers[0] !== id || layers.slice(1).join() !== lower.join())
    throw new SandboxError('snapshot_unavailable', `snapshot ${id} has a different parent here`)
  const image = await rootfsOf(record, transfer)
  const write = (view: string) => unpackLayer(open(), layer, view)
  try {
    await makeLayer({ ...transfer, record, below: layerStack(image, lower), others: [], write })
  } catch (error) {
    // Another process was faster.
    if ((await transfer.snapshots.record(id)) === undefined) throw error
  }
}

async function wholeRecord(id: SnapshotId, { snapshots }: Transfer): Promise<SnapshotRecord> {
  const record = await snapshots.record(id)
  if (record === undefined) throw new SandboxError('snapshot_unavailable', `snapshot ${id} is absent or damaged`)
  return record
}

async function rootfsOf({ id, imageDigest }: SnapshotRecord, { images }: Transfer): Promise<string> {
  const image = await images.byDigest(imageDigest)
  if (image === undefined)
    throw new SandboxError('snapshot_unavailable', `the image ${imageDigest} of snapshot ${id} is gone`)
  return image.rootfs
}
