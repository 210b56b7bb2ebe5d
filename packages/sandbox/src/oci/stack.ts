import type { SnapshotId } from '../driver.ts'
import { skeletonName } from './layout.ts'
import type { LayerStack } from './mounts.ts'

/** The layers of a file system, named relative to the driver's directory. Below the snapshots' lies the skeleton, above the image. */
export function layerStack(image: string, layers: readonly SnapshotId[]): LayerStack {
  return { image, layers: [...layers.map((id) => `snapshots/${id}/layer`), skeletonName] }
}
