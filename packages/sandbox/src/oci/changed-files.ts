import { createHash } from 'node:crypto'
import { SandboxError, type SnapshotId } from '../driver.ts'
import type { ImageStore } from '../images/index.ts'
import { compareViews, contentOf, kindOf } from './compare-views.ts'
import { firstId } from './layout.ts'
import type { OciSnapshots, SnapshotRecord } from './snapshots.ts'
import { layerStack } from './stack.ts'
import type { Viewer } from './view.ts'

/**
 * Digest of what a snapshot changed against its parent, or against its image when it has none: each path with its kind, mode, owner and
 * content. Times, and what only was rewritten with the same, do not count.
 */
export async function changedFilesDigest(
  record: SnapshotRecord,
  snapshots: OciSnapshots,
  images: ImageStore,
  viewer: Viewer,
): Promise<string> {
  const image = await images.byDigest(record.imageDigest)
  if (image === undefined)
    throw new SandboxError('snapshot_unavailable', `the image ${record.imageDigest} of snapshot ${record.id} is gone`)
  const parentLayers = await layersOf(record.parent, snapshots)
  const stacks = [layerStack(image.rootfs, parentLayers), layerStack(image.rootfs, record.layers)]
  return viewer.withViews(stacks, async ([before = '', after = '']) => {
    const hash = createHash('sha256')
    for await (const { path, now } of compareViews(before, after)) {
      const fields =
        now === undefined
          ? ['removed']
          : [
              kindOf(now),
              (now.mode & 0o7777n).toString(8),
              (now.uid - BigInt(firstId)).toString(),
              (now.gid - BigInt(firstId)).toString(),
              await contentOf(Buffer.concat([Buffer.from(`${after}/`), path]), now),
            ]
      hash.update(`${path.toString('hex')} ${fields.join(' ')}\n`)
    }
    return `sha256:${hash.digest('hex')}`
  })
}

async function layersOf(id: SnapshotId | null, snapshots: OciSnapshots): Promise<readonly SnapshotId[]> {
  if (id === null) return []
  const record = await snapshots.record(id)
  if (record === undefined)
    throw new SandboxError('snapshot_unavailable', `the parent ${id} of the snapshot is absent or damaged`)
  return record.layers
}
