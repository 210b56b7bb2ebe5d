import { skeletonName } from '../layout/layout.ts'
import type { SnapshotId } from '../sandbox-driver.ts'
import type { LayerStack } from './mounts.ts'

/** The layers of a file system, named relative to the driver's directory. Below the snapshots' lies the skeleton, above the image. */
export function layerStack(image: string, layers: readonly SnapshotId[]): LayerStack {
  return { image, layers: [...layers.map((id) => `snapshots/${id}/layer`), skeletonName] }
}
