import { existsSync } from 'node:fs'
import { imagePlaces } from '../launch/mounts.ts'
import type { Layout } from '../layout/layout.ts'
import type { SnapshotId } from '../sandbox-driver.ts'
import { LayerDirectories, type LayerPlaces, layerDirectory } from '../snapshots/layer-places.ts'
import { isSnapshotId, snapshotFiles } from '../snapshots/snapshot-record.ts'
import { ImageMounts } from './image-mounts.ts'
import { checkHead } from './make-image.ts'
import { ImageRefused } from './superblock.ts'

/** Layers as directories and as images, each mounted once for all sandboxes. */
export class ImageLayers implements LayerPlaces {
  readonly mounts: ImageMounts
  readonly #layout: Layout
  readonly #directories: LayerDirectories
  readonly #mounted = new Set<SnapshotId>()
  readonly #mounting = new Map<SnapshotId, Promise<boolean>>()
  readonly #held = new Map<string, number>()

  private constructor(layout: Layout, mounts: ImageMounts) {
    this.#layout = layout
    this.#directories = new LayerDirectories(layout)
    this.mounts = mounts
  }

  /**
   * Adopts the mounts of an earlier process. Returns undefined if this machine cannot mount images.
   * Call it before any launcher is started.
   * @param endLaunchers see `ImageMounts.open`.
   */
  static async open(layout: Layout, endLaunchers: () => Promise<void>): Promise<ImageLayers | undefined> {
    const mounts = await ImageMounts.open(layout.mounts, endLaunchers)
    if (mounts === undefined) return undefined
    const layers = new ImageLayers(layout, mounts)
    for (const name of mounts.names()) if (isSnapshotId(name) && layers.#hasImage(name)) layers.#mounted.add(name)
    await mounts.unmountAllBut(layers.#mounted)
    return layers
  }

  async isPresent(id: SnapshotId): Promise<boolean> {
    return this.#hasImage(id) || this.#directories.isPresent(id)
  }

  #hasImage(id: SnapshotId): boolean {
    return existsSync(snapshotFiles(this.#layout, id).image)
  }

  async ready(id: SnapshotId): Promise<boolean> {
    if (this.#hasImage(id)) {
      if (this.#mounted.has(id)) return true
      const mounting = this.#mounting.get(id) ?? this.#mount(id).finally(() => this.#mounting.delete(id))
      this.#mounting.set(id, mounting)
      if (await mounting) return true
    }
    return this.#directories.isPresent(id)
  }

  /** Mounts an image. Returns false for a damaged image. */
  async #mount(id: SnapshotId): Promise<boolean> {
    const { image } = snapshotFiles(this.#layout, id)
    try {
      await this.mounts.mount(image, id)
      this.#mounted.add(id)
      return true
    } catch (error) {
      try {
        await checkHead(image)
      } catch (refusal) {
        if (refusal instanceof ImageRefused) return false
      }
      throw error
    }
  }

  place(id: SnapshotId): string {
    return this.isImage(id) ? imagePlaces + id : layerDirectory(id)
  }

  isImage(id: SnapshotId): boolean {
    return this.#mounted.has(id)
  }

  hold(places: readonly string[]): () => void {
    for (const place of places) this.#held.set(place, (this.#held.get(place) ?? 0) + 1)
    return () => {
      for (const place of places) this.#held.set(place, (this.#held.get(place) ?? 1) - 1)
    }
  }

  /** Returns whether a layer's directory is being read. Sandboxes are not counted. */
  isDirectoryHeld(id: SnapshotId): boolean {
    return (this.#held.get(layerDirectory(id)) ?? 0) > 0
  }

  async release(id: SnapshotId): Promise<void> {
    await this.#mounting.get(id)?.catch(() => {})
    if (this.#mounted.delete(id)) await this.mounts.unmount(id)
  }

  async close(last: boolean): Promise<void> {
    if (!last) return
    this.#mounted.clear()
    await this.mounts.close()
  }
}
