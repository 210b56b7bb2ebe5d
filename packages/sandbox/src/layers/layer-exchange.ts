import { randomUUID } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { ImageStore } from '../images/index.ts'
import type { Layout } from '../layout/layout.ts'
import type { PackedSnapshot, Snapshot, SnapshotId } from '../sandbox-driver.ts'
import type { Durability } from '../snapshots/durability.ts'
import { blobFile } from '../snapshots/saved/saved-manifest.ts'
import { addToSize } from '../snapshots/snapshot-collect.ts'
import { isSnapshotId, snapshotFiles, snapshotIds } from '../snapshots/snapshot-record.ts'
import type { OciSnapshots } from '../snapshots/snapshots.ts'
import { packedRecord, type Transfer, wholeRecord } from '../snapshots/transfer.ts'
import { manifestPath, treePath } from '../source/manifest.ts'
import { bytesBelow } from '../system/disk-use.ts'
import { parseJson, readIfPresent, writeAtomically } from '../system/files.ts'
import type { Trash } from '../system/trash.ts'
import { compressAside } from './blob-threads.ts'
import type { ImageLayers } from './image-layers.ts'
import { makeImageOf } from './image-of-layer.ts'
import { importImage } from './import-image.ts'
import type { LayerBlob } from './layer-blob.ts'
import { ImageRefused } from './superblock.ts'
import { takeManifest } from './take-manifest.ts'

/** A snapshot as it is transferred between runners, without the snapshots below it. */
export interface TravellingLayer extends Omit<PackedSnapshot, 'layer'> {
  /** Names by which another machine may pull the snapshot's image. */
  readonly imageNames: readonly string[]
  /** The manifest of the snapshot's source tree. */
  readonly source: LayerObject | null
  readonly blob: LayerBlob
}

/** An object to transfer: the blob of a layer, or the manifest of a source tree. */
export interface LayerObject {
  /** `sha256:…` */
  readonly digest: string
  readonly bytes: number
}

/** The source of a layer, and the directory for its source tree's manifest. */
export interface Arrival {
  /** Directory of source trees. */
  readonly sources: string
  open(object: LayerObject): Promise<Readable>
}

export interface LayerExchangeParts extends Omit<Transfer, 'snapshots' | 'images'> {
  readonly layout: Layout
  readonly images: Pick<ImageStore, 'byDigest' | 'hostDigest' | 'list'>
  readonly snapshots: OciSnapshots
  /** Undefined if this machine cannot mount images: then layers are transferred as archives. */
  readonly layers: ImageLayers | undefined
  readonly durability: Durability
  readonly trash: Trash
  /** Returns the layers that sandboxes mount as directories. */
  readonly directoriesInUse: () => Promise<ReadonlySet<SnapshotId>>
}

/** Maximum length of a reason, in characters: programs may print more. */
const mostReason = 1_000

/** Sends layers to other runners, and fetches theirs. */
export class LayerExchange {
  readonly #parts: LayerExchangeParts
  /** Exports run one at a time, because each keeps a processor busy. */
  #exporting: Promise<unknown> = Promise.resolve()

  constructor(parts: LayerExchangeParts) {
    this.#parts = parts
  }

  /** The forms that this runner accepts, best first. */
  get forms(): readonly LayerBlob['form'][] {
    return this.#parts.layers === undefined ? ['tar'] : ['erofs', 'tar']
  }

  /**
   * Makes the blob of the layer that a snapshot adds, unless it exists already. If `erofs` is
   * requested but no image can be made, the form is `tar`. Fails with
   * `snapshot_unavailable`, or as `SnapshotStore.pack`.
   * @param demand `now` if a caller waits for it; `ahead` to use only processor and disk time that
   * no other process needs.
   */
  export(id: SnapshotId, wished: LayerBlob['form'], demand: 'now' | 'ahead'): Promise<LayerBlob> {
    const exported = this.#exporting.catch(() => {}).then(() => this.#exportPresent(id, wished, demand === 'ahead'))
    this.#exporting = exported
    return exported
  }

  /**
   * Returns the layers that a snapshot consists of, lowest first. Fails with
   * `snapshot_unavailable`.
   */
  async layersOf(id: SnapshotId): Promise<readonly SnapshotId[]> {
    return (await wholeRecord(id, this.#parts.snapshots)).layers.toReversed()
  }

  /**
   * Exports a layer, and returns everything that another runner needs to import it. Fails as
   * `export`.
   */
  async pack(id: SnapshotId, wished: LayerBlob['form'], demand: 'now' | 'ahead'): Promise<TravellingLayer> {
    const blob = await this.export(id, wished, demand)
    const { parent, imageDigest, layers, inputPaths, source, createdAt, meta } = await wholeRecord(
      id,
      this.#parts.snapshots,
    )
    const { cache, origin, secretLineage } = meta
    return {
      ...{ id, parent, imageDigest, layers, createdAt },
      blob: blob.insteadOfImage ? { ...blob, insteadOfImage: blob.insteadOfImage.slice(0, mostReason) } : blob,
      ...(inputPaths && { inputPaths }),
      imageNames: await this.#namesOf(imageDigest),
      source: source && { digest: source.digest, bytes: (await stat(manifestPath(source))).size },
      // Artifacts and reports of a cache hit stay with the cache entry.
      meta: { cache, origin, ...(secretLineage && { secretLineage }) },
    }
  }

  /** Reads an object of a packed layer. */
  async read({ id }: TravellingLayer, digest: string, from = 0): Promise<Readable> {
    const file = await this.fileOf(id, digest)
    if (file === null) throw new Error(`the layer ${id} has no object ${digest}`)
    return createReadStream(file, { start: from })
  }

  /** Returns the file of an object of a layer; null unless the layer is present and packed. */
  async fileOf(id: SnapshotId, digest: string): Promise<string | null> {
    const record = await this.#parts.snapshots.record(id)
    if (record === undefined) return null
    for (const form of ['erofs', 'tar'] as const)
      if (this.#known(id, form)?.digest === digest) return this.#blob(id, form).file
    return digest === record.source?.digest ? manifestPath(record.source) : null
  }

  /** Returns the digest of this machine's base `host`; null if it cannot make one. */
  async hostDigest(): Promise<string | null> {
    return (await this.#parts.images.hostDigest()) ?? null
  }

  /** Returns whether an image is unpacked on this machine. */
  async hasImage(digest: string): Promise<boolean> {
    return (await this.#parts.images.byDigest(digest)) !== undefined
  }

  /**
   * Recreates a snapshot of another runner, completely or not at all. Its image and the snapshots
   * below it must be present. Its objects are untrusted. Throws `ImageRefused`, or fails as
   * `SnapshotStore.unpack`.
   */
  async import(travelling: TravellingLayer, { sources, open }: Arrival): Promise<Snapshot> {
    const { snapshots, layers, layout } = this.#parts
    const { blob, imageNames: _, source: manifest, ...packed } = travelling
    if (![packed.id, ...packed.layers].every(isSnapshotId) || Number.isNaN(Date.parse(packed.createdAt)))
      throw new ImageRefused(`the layer ${blob.digest} was refused: its description is invalid`)
    const known = await snapshots.get(packed.id)
    if (known !== undefined) return known
    const source = manifest && { digest: manifest.digest, path: treePath(sources, manifest.digest) }
    if (manifest !== null && source !== null)
      await this.#withScratch(async (scratch) => takeManifest(source, scratch, manifest.bytes, () => open(manifest)))
    const arrive = () => Readable.from(bytesOf(open, { digest: blob.digest, bytes: blob.blobBytes }))
    if (blob.form === 'tar') return snapshots.unpack({ ...packed, layer: blob }, source, arrive)
    if (layers === undefined) throw new Error('this machine cannot mount images: request the form "tar"')
    const { record } = await packedRecord(packed, source, this.#parts)
    try {
      await this.#withScratch((scratch) => importImage(layout, record, blob, arrive(), scratch))
    } catch (error) {
      // Another process has recreated it first.
      if ((await snapshots.get(packed.id)) === undefined) throw error
    }
    this.#parts.durability.request(packed.id)
    const made = await snapshots.get(packed.id)
    if (made === undefined) throw new ImageRefused(`the layer ${blob.digest} was refused: it cannot be mounted`)
    return made
  }

  /** Removes the blobs of a layer, so that the next `pack` makes new ones. */
  async forget(id: SnapshotId): Promise<void> {
    await rm(snapshotFiles(this.#parts.layout, id).blobs, { recursive: true, force: true })
  }

  /** Removes the directories of layers that have an image, once no sandbox uses them. */
  async replaceDirectories(): Promise<readonly SnapshotId[]> {
    const { layout, layers } = this.#parts
    if (layers === undefined) return []
    const replaced: SnapshotId[] = []
    for (const id of await snapshotIds(layout)) {
      const { image, layer } = snapshotFiles(layout, id)
      if (!existsSync(image) || !existsSync(layer) || !(await layers.ready(id)) || !layers.isImage(id)) continue
      // From here on, new sandboxes use the image.
      if ((await this.#parts.directoriesInUse()).has(id) || layers.isDirectoryHeld(id)) continue
      await this.#removeDirectory(id)
      replaced.push(id)
    }
    return replaced
  }

  /** Returns the names of an image, pinned to its digest if a registry has it. */
  async #namesOf(digest: string): Promise<readonly string[]> {
    const named = (await this.#parts.images.list()).filter((image) => image.digest === digest)
    // Only the base `host` has no name.
    return named.length === 0 ? ['host'] : named.map(({ pinnedName, name }) => pinnedName ?? name)
  }

  /** Exports a layer. Fails with `snapshot_unavailable` if the snapshot is removed meanwhile. */
  async #exportPresent(id: SnapshotId, wished: LayerBlob['form'], isIdle: boolean): Promise<LayerBlob> {
    const { snapshots } = this.#parts
    await wholeRecord(id, snapshots)
    try {
      return await this.#export(id, wished, isIdle)
    } catch (error) {
      await wholeRecord(id, snapshots)
      throw error
    }
  }

  async #export(id: SnapshotId, wished: LayerBlob['form'], isIdle: boolean): Promise<LayerBlob> {
    const { layout, layers } = this.#parts
    const known = this.#known(id, wished)
    if (known !== undefined) return known
    const archive = this.#known(id, 'tar')
    if (wished === 'tar') return archive ?? this.#exportArchive(id)
    if (archive?.insteadOfImage !== undefined) return archive
    if (layers === undefined) return this.#exportArchive(id, 'this machine mounts no images')
    const files = snapshotFiles(layout, id)
    const made = await this.#withScratch(async (scratch) => {
      const file = join(scratch, 'blob')
      const compress = async (image: string) => ({ file, blob: await compressAside(image, file) })
      const compressed = existsSync(files.image)
        ? await compress(files.image)
        : await makeImageOf(files, { scratch, mounts: layers.mounts, isIdle }, compress)
      return typeof compressed === 'string' ? compressed : this.#keep(id, 'erofs', compressed)
    })
    if (typeof made === 'string') return this.#exportArchive(id, made)
    await layers.ready(id)
    return made
  }

  #exportArchive(id: SnapshotId, insteadOfImage?: string): Promise<LayerBlob> {
    return this.#withScratch(async (scratch) => {
      const { digest, bytes } = await this.#parts.snapshots.pack(id, scratch)
      const file = blobFile(scratch, digest)
      const { size } = await stat(file)
      const blob = { digest, bytes, blobBytes: size, ...(insteadOfImage && { insteadOfImage }) }
      return this.#keep(id, 'tar', { file, blob: { form: 'tar', ...blob } })
    })
  }

  async #removeDirectory(id: SnapshotId): Promise<void> {
    const files = snapshotFiles(this.#parts.layout, id)
    // Removes the record of links to files of other layers, which are copies in the image.
    await rm(files.shared, { force: true })
    writeAtomically(files.size, String(await bytesBelow([files.image, files.blobs].filter(existsSync))))
    await this.#parts.trash.remove(files.layer)
  }

  #blob(id: SnapshotId, form: LayerBlob['form']): { readonly file: string; readonly note: string } {
    const file = join(snapshotFiles(this.#parts.layout, id).blobs, form)
    return { file, note: `${file}.json` }
  }

  /**
   * Returns the recorded blob; undefined if it is absent or its file was shortened by a power
   * failure.
   */
  #known(id: SnapshotId, form: LayerBlob['form']): LayerBlob | undefined {
    const { file, note } = this.#blob(id, form)
    const blob = parseJson<LayerBlob>(readIfPresent(note) ?? '')
    return blob !== undefined && statSync(file, { throwIfNoEntry: false })?.size === blob.blobBytes ? blob : undefined
  }

  async #keep(
    id: SnapshotId,
    form: LayerBlob['form'],
    { file, blob }: { readonly file: string; readonly blob: LayerBlob },
  ): Promise<LayerBlob> {
    const files = snapshotFiles(this.#parts.layout, id)
    await mkdir(files.blobs, { recursive: true, mode: 0o700 })
    const own = this.#blob(id, form)
    await rename(file, own.file)
    writeAtomically(own.note, JSON.stringify(blob))
    addToSize(files, blob.blobBytes)
    return blob
  }

  async #withScratch<T>(work: (directory: string) => Promise<T>): Promise<T> {
    const directory = join(this.#parts.layout.trash, randomUUID())
    await mkdir(directory, { mode: 0o700 })
    try {
      return await work(directory)
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  }
}

/** Opens an object when it is first read. */
async function* bytesOf(open: Arrival['open'], object: LayerObject): AsyncGenerator<Uint8Array> {
  yield* await open(object)
}
