import { stat } from 'node:fs/promises'
import type { Layout } from '../layout/layout.ts'
import type { SnapshotId } from '../sandbox-driver.ts'
import { ifPresent } from '../system/files.ts'
import { snapshotFiles } from './snapshot-record.ts'

/** Where the files of each layer are: in a directory, or in a mounted image. */
export interface LayerPlaces {
  /** Returns whether a layer is there. */
  isPresent(id: SnapshotId): Promise<boolean>
  /** Makes a layer usable. Returns false for a damaged one. */
  ready(id: SnapshotId): Promise<boolean>
  /** Returns the directory of a layer that is ready, relative to the driver's. */
  place(id: SnapshotId): string
  isImage(id: SnapshotId): boolean
  /** Keeps layers where they are until the returned function is called. */
  hold(places: readonly string[]): () => void
  /** Lets go of a layer whose snapshot is about to be removed. */
  release(id: SnapshotId): Promise<void>
  /** @param last nothing uses any layer. */
  close(last: boolean): Promise<void>
}

/** All layers are directories, as in a runner whose layers never travel. */
export class LayerDirectories implements LayerPlaces {
  readonly #layout: Pick<Layout, 'snapshots'>

  constructor(layout: Pick<Layout, 'snapshots'>) {
    this.#layout = layout
  }

  async isPresent(id: SnapshotId): Promise<boolean> {
    return (await ifPresent(stat(snapshotFiles(this.#layout, id).layer)))?.isDirectory() ?? false
  }

  ready(id: SnapshotId): Promise<boolean> {
    return this.isPresent(id)
  }

  place(id: SnapshotId): string {
    return layerDirectory(id)
  }

  isImage(): boolean {
    return false
  }

  hold(): () => void {
    return () => {}
  }

  async release(): Promise<void> {}

  async close(): Promise<void> {}
}

/** Returns a layer's directory, relative to the driver's. */
export function layerDirectory(id: SnapshotId): string {
  return `snapshots/${id}/layer`
}
