import { stat } from 'node:fs/promises'
import type { Layout } from '../layout/layout.ts'
import type { SnapshotId } from '../sandbox-driver.ts'
import { ifPresent } from '../system/files.ts'
import { snapshotFiles } from './snapshot-record.ts'

/** The place of each layer's files: a directory, or a mounted image. */
export interface LayerPlaces {
  /** Returns whether a layer exists. */
  isPresent(id: SnapshotId): Promise<boolean>
  /** Makes a layer usable. Returns false if the layer is damaged. */
  ready(id: SnapshotId): Promise<boolean>
  /** Returns the directory of a usable layer, relative to the driver's directory. */
  place(id: SnapshotId): string
  isImage(id: SnapshotId): boolean
  /** Keeps layers at their places until the returned function is called. */
  hold(places: readonly string[]): () => void
  /** Frees the resources of a layer whose snapshot is about to be removed. */
  release(id: SnapshotId): Promise<void>
  /** @param last whether no layer is in use. */
  close(last: boolean): Promise<void>
}

/** Keeps all layers as directories, for a runner that exchanges no layers. */
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

/** Returns a layer's directory, relative to the driver's directory. */
export function layerDirectory(id: SnapshotId): string {
  return `snapshots/${id}/layer`
}
