import type { Readable } from 'node:stream'
import type { ImageStore } from '../images/index.ts'
import type { LayerStack } from '../launch/mounts.ts'
import type { Layout } from '../layout/layout.ts'
import {
  type PackedLayer,
  type PackedSnapshot,
  type ResolvedImage,
  SandboxError,
  type SnapshotId,
  type SourceTreeRef,
} from '../sandbox-driver.ts'
import { bootId } from '../system/clock.ts'
import { withComparison } from './differing-layers.ts'
import { makeLayer } from './new-layer.ts'
import { packLayer } from './packed/pack-layer.ts'
import { unpackLayer } from './packed/unpack-layer.ts'
import type { SnapshotRecord, SnapshotRecords } from './snapshot-record.ts'
import type { Viewer } from './view.ts'

export interface Transfer {
  readonly layout: Layout
  readonly viewer: Viewer
  readonly images: Pick<ImageStore, 'byDigest'>
  readonly snapshots: SnapshotRecords
}

/** See `SnapshotStore.pack`. */
export async function packSnapshot(id: SnapshotId, target: string, transfer: Transfer): Promise<PackedLayer> {
  const record = await wholeRecord(id, transfer.snapshots)
  const { rootfs } = await imageBelow(record, transfer.images)
  return withComparison(transfer, rootfs, record.layers.slice(1), record.layers, (views) => packLayer(views, target))
}

/** See `SnapshotStore.unpack`. */
export async function unpackSnapshot(
  packed: PackedSnapshot,
  source: SourceTreeRef | null,
  open: () => Readable,
  transfer: Transfer,
): Promise<void> {
  const { record, below } = await packedRecord(packed, source, transfer)
  const write = (view: string) => unpackLayer(open(), packed.layer, view)
  try {
    await makeLayer({ ...transfer, record, below, others: [], write })
  } catch (error) {
    // Another process has unpacked it first.
    if ((await transfer.snapshots.record(packed.id)) === undefined) throw error
  }
}

/**
 * Returns the record of a packed snapshot for this machine, and the layer stack below it. Rejects
 * with SandboxError `snapshot_unavailable` if that stack is missing or different.
 */
export async function packedRecord(
  { id, parent, imageDigest, layers, inputPaths, createdAt, meta }: Omit<PackedSnapshot, 'layer'>,
  source: SourceTreeRef | null,
  { viewer, images, snapshots }: Transfer,
): Promise<{ readonly record: SnapshotRecord; readonly below: LayerStack }> {
  const record: SnapshotRecord = {
    version: 1,
    ...{ id, parent, imageDigest, layers, source, createdAt, bootId, meta },
    ...(inputPaths && { inputPaths }),
  }
  const [, below] = layers
  const lower = below === undefined ? [] : (await wholeRecord(below, snapshots)).layers
  if (layers[0] !== id || layers.slice(1).join() !== lower.join())
    throw new SandboxError('snapshot_unavailable', `snapshot ${id} has a different parent here`)
  const { rootfs } = await imageBelow(record, images)
  return { record, below: viewer.stack(rootfs, lower) }
}

/** Returns the record of a complete snapshot. Rejects with SandboxError `snapshot_unavailable`. */
export async function wholeRecord(id: SnapshotId, snapshots: SnapshotRecords): Promise<SnapshotRecord> {
  const record = await snapshots.record(id)
  if (record === undefined) throw new SandboxError('snapshot_unavailable', `snapshot ${id} is absent or damaged`)
  return record
}

/** Returns the image below a snapshot. Rejects with SandboxError `snapshot_unavailable`. */
export async function imageBelow(
  { id, imageDigest }: Pick<SnapshotRecord, 'id' | 'imageDigest'>,
  images: Pick<ImageStore, 'byDigest'>,
): Promise<ResolvedImage> {
  const image = await images.byDigest(imageDigest)
  if (image === undefined)
    throw new SandboxError('snapshot_unavailable', `the image ${imageDigest} of snapshot ${id} is gone`)
  return image
}
