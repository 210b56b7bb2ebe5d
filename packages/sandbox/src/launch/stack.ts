import { skeletonName } from '../layout/layout.ts'
import type { SnapshotId } from '../sandbox-driver.ts'
import type { LayerStack } from './mounts.ts'

/**
 * Returns the layers of a file system, relative to the driver's directory: those of the snapshots,
 * then the skeleton, then the image.
 */
export function layerStack(image: string, layers: readonly SnapshotId[]): LayerStack {
  return { image, layers: [...layers.map((id) => `snapshots/${id}/layer`), skeletonName] }
}
